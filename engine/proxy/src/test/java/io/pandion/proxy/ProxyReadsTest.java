package io.pandion.proxy;

import static io.pandion.proxy.Wire.pair;
import static io.pandion.proxy.Wire.strings;
import static io.pandion.proxy.Wire.valid;
import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.cluster.ReadPoint;
import io.pandion.model.TimeTick;
import io.pandion.protocol.ConsistencyLevel;
import io.pandion.protocol.FieldData;
import io.pandion.protocol.IDs;
import io.pandion.protocol.LongArray;
import io.pandion.protocol.PlaceholderType;
import io.pandion.protocol.QueryRequest;
import io.pandion.protocol.QueryResults;
import io.pandion.protocol.SearchRequest;
import io.pandion.protocol.SearchResults;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Searches and queries through the wire.
class ProxyReadsTest extends ProxyWorld {
  @Test
  void a_search_answers_the_nearest_rows_with_their_fields() {
    insert(1L, 2L, 3L, 4L, 5L);
    SearchResults found =
        client.search(
            near(3.1f, 2)
                .addOutputFields("tag")
                .addOutputFields("color")
                .addSearchParams(pair("params", "{\"ef\":64}"))
                .addSearchParams(pair("round_decimal", 2))
                .build());
    ok(found.getStatus());
    assertThat(found.getResults().getNumQueries()).isEqualTo(1);
    assertThat(found.getResults().getTopksList()).containsExactly(2L);
    assertThat(found.getResults().getTopK()).isEqualTo(2);
    assertThat(found.getResults().getIds().getIntId().getDataList()).containsExactly(3L, 4L);
    assertThat(found.getResults().getScoresList()).containsExactly(0.01f, 0.81f);
    assertThat(found.getResults().getPrimaryFieldName()).isEqualTo("id");
    assertThat(found.getResults().getOutputFieldsList()).containsExactly("tag", "color");
    FieldData tag = found.getResults().getFieldsData(0);
    assertThat(tag.getScalars().getStringData().getDataList()).containsExactly("t3", "t4");
    FieldData dynamic = found.getResults().getFieldsData(1);
    assertThat(dynamic.getFieldName()).isEqualTo("$meta");
    assertThat(dynamic.getIsDynamic()).isTrue();
    assertThat(dynamic.getScalars().getJsonData().getData(0).toStringUtf8())
        .isEqualTo("{\"color\":\"c1\"}");
  }

  @Test
  void a_search_may_say_what_recall_it_wants() {
    insert(1L, 2L, 3L, 4L, 5L);
    assertThat(searched(near(3.1f, 2).addSearchParams(pair("params", "{\"target_recall\":0.95}"))))
        .containsExactly(3L, 4L);
    assertThat(
            client
                .search(near(3f, 2).addSearchParams(pair("target_recall", "1.5")).build())
                .getStatus()
                .getReason())
        .contains("param 'target_recall' (1.5) out of range: [0.5, 0.999]");
    assertThat(
            client
                .search(
                    near(3f, 2)
                        .addSearchParams(pair("target_recall", "0.9"))
                        .addSearchParams(pair("ef", "64"))
                        .build())
                .getStatus()
                .getReason())
        .contains("param 'target_recall' (0.9) chooses 'ef' itself; give one of them only");
  }

  @Test
  void a_search_obeys_filter_offset_range_and_several_vectors() {
    insert(1L, 2L, 3L, 4L, 5L);
    assertThat(searched(near(1f, 2).setDsl("id > 2"))).containsExactly(3L, 4L);
    assertThat(searched(near(1f, 2).addSearchParams(pair("offset", 1)))).containsExactly(2L, 3L);
    assertThat(
            searched(
                near(1f, 5).addSearchParams(pair("params", "{\"radius\":9.5,\"range_filter\":1}"))))
        .containsExactly(2L, 3L, 4L);
    SearchResults two =
        client.search(
            near(1f, 2)
                .setPlaceholderGroup(
                    Wire.placeholders(
                        PlaceholderType.FloatVector, new float[] {1f, 0f}, new float[] {5f, 0f}))
                .setNq(2)
                .addOutputFields("*")
                .build());
    ok(two.getStatus());
    assertThat(two.getResults().getIds().getIntId().getDataList()).containsExactly(1L, 2L, 5L, 4L);
    assertThat(two.getResults().getTopksList()).containsExactly(2L, 2L);
    assertThat(two.getResults().getFieldsDataList())
        .extracting(FieldData::getFieldName)
        .containsExactly("id", "tag", "v", "$meta");
    IDs ids = IDs.newBuilder().setIntId(LongArray.newBuilder().addData(4)).build();
    assertThat(searched(near(0f, 1).setIds(ids))).containsExactly(4L);
  }

  @Test
  void a_search_iterator_gives_all_rows_once() {
    insert(1L, 2L, 3L, 4L, 5L);
    List<Long> seen = new ArrayList<>();
    SearchRequest.Builder first =
        near(0f, 2)
            .addSearchParams(pair("iterator", true))
            .addSearchParams(pair("search_iter_v2", true))
            .addSearchParams(pair("search_iter_batch_size", 2));
    SearchRequest.Builder next = first;
    for (int batch = 0; batch < 4; batch++) {
      SearchResults found = client.search(next.build());
      ok(found.getStatus());
      assertThat(found.getSessionTs()).isPositive();
      assertThat(found.getResults().getSearchIteratorV2Results().getToken()).isNotEmpty();
      seen.addAll(found.getResults().getIds().getIntId().getDataList());
      next =
          first
              .clone()
              .addSearchParams(
                  pair(
                      "search_iter_last_bound",
                      found.getResults().getSearchIteratorV2Results().getLastBound()));
    }
    assertThat(seen).containsExactly(1L, 2L, 3L, 4L, 5L);
  }

  @Test
  void a_search_of_nothing_still_has_typed_results() {
    SearchResults found = client.search(near(1f, 3).addOutputFields("*").build());
    ok(found.getStatus());
    assertThat(found.hasResults()).isTrue();
    assertThat(found.getResults().getTopksList()).containsExactly(0L);
    assertThat(found.getResults().getFieldsData(0).getScalars().hasLongData()).isTrue();
    assertThat(found.getResults().getFieldsData(2).getVectors().getDim()).isEqualTo(2);
  }

  @Test
  void a_query_pages_in_order_of_the_key_and_marks_nulls() {
    insert(5L, 3L, 1L, 2L, 4L);
    ok(client.insert(rows(6L).setFieldsData(1, valid(strings("tag"), false)).build()).getStatus());
    QueryResults page =
        client.query(
            QueryRequest.newBuilder()
                .setCollectionName("c")
                .addOutputFields("tag")
                .addOutputFields("$meta")
                .addQueryParams(pair("limit", 2))
                .addQueryParams(pair("offset", 4))
                .setUseDefaultConsistency(true)
                .build());
    ok(page.getStatus());
    assertThat(page.getPrimaryFieldName()).isEqualTo("id");
    assertThat(page.getOutputFieldsList()).containsExactly("id", "tag", "$meta");
    assertThat(page.getFieldsData(0).getScalars().getLongData().getDataList())
        .containsExactly(5L, 6L);
    assertThat(page.getFieldsData(1).getValidDataList()).containsExactly(true, false);
    assertThat(page.getFieldsData(1).getScalars().getStringData().getDataList())
        .containsExactly("t5", "");
    assertThat(page.getFieldsData(2).getScalars().getJsonData().getData(0).toStringUtf8())
        .isEqualTo("{\"color\":\"c1\",\"n\":5}");
  }

  @Test
  void a_read_names_its_partitions_and_waits_for_those_that_are_still_loading() {
    insert(1L, 2L, 3L);
    shards.loading = 5;
    assertThat(ids("id >= 0")).containsExactly(1L, 2L, 3L);
    assertThat(shards.loading).isZero();
    assertThat(shards.partitions).hasSize(1);
  }

  @Test
  void bad_reads_are_refused_with_the_code_of_milvus() {
    insert(1L);
    refused(query("").getStatus(), 1100, "empty expression should be used with limit");
    refused(query("id >").getStatus(), 1100, "id >");
    refused(query("id > 0", "a[\"b\"]").getStatus(), 1100, "output field 'a[\"b\"]'");
    refused(search(near(1f, 0)), 1100, "topk [0] is invalid");
    refused(search(near(1f, 1).addSearchParams(pair("metric_type", "IP"))), 1100, "expected=L2");
    refused(search(near(1f, 1).addSearchParams(pair("anns_field", "tag"))), 1100, "field 'tag'");
    refused(search(near(1f, 1).addSearchParams(pair("anns_field", "w"))), 1700, "field 'w'");
    refused(search(near(1f, 1).addPartitionNames("p")), 200, "partition not found");
    refused(search(near(1f, 1).setCollectionName("d")), 100, "collection not found");
    refused(
        search(
            near(1f, 1)
                .setPlaceholderGroup(
                    Wire.placeholders(PlaceholderType.FloatVector, new float[] {1f}))),
        1100,
        "expected vector size(byte) 8, actual 4");
    refused(
        search(
            near(1f, 1)
                .setPlaceholderGroup(
                    Wire.placeholders(PlaceholderType.FloatVector, new float[] {1f, Float.NaN}))),
        1100,
        "value NaN");
    refused(
        search(
            near(1f, 1)
                .setPlaceholderGroup(
                    Wire.placeholders(PlaceholderType.BinaryVector, new float[] {1f, 1f}))),
        1100,
        "got BinaryVector");
    refused(
        search(near(1f, 1).setPlaceholderGroup(Wire.placeholders(PlaceholderType.FloatVector))),
        1100,
        "[1, 16384], but got 0");
    catalog.execute(new io.pandion.cluster.CatalogCommand.Release("default", "c", List.of()));
    refused(search(near(1f, 1)), 101, "collection not loaded");
  }

  @Test
  void consistency_chooses_the_tick_that_a_read_waits_for() {
    long before = catalog.tick();
    ids("id > 0");
    assertThat(shards.points).hasSize(2).allMatch(p -> p.guaranteeTick() > before);
    assertThat(point(near(1f, 1))).isEqualTo(new ReadPoint(TimeTick.of(NOW - 5_000, 0)));
    assertThat(
            point(
                near(1f, 1)
                    .setUseDefaultConsistency(false)
                    .setConsistencyLevel(ConsistencyLevel.Session)
                    .setGuaranteeTimestamp(77)))
        .isEqualTo(new ReadPoint(77));
    assertThat(point(near(1f, 1).setUseDefaultConsistency(false).setGuaranteeTimestamp(1)))
        .isEqualTo(ReadPoint.EVENTUALLY);
    assertThat(
            point(
                near(1f, 1)
                    .setUseDefaultConsistency(false)
                    .setConsistencyLevel(ConsistencyLevel.Eventually)))
        .isEqualTo(ReadPoint.EVENTUALLY);
  }
}
