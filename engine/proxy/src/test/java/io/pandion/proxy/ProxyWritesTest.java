package io.pandion.proxy;

import static io.pandion.proxy.Wire.json;
import static io.pandion.proxy.Wire.pair;
import static io.pandion.proxy.Wire.strings;
import static io.pandion.proxy.Wire.vectors;
import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.cluster.ShardWrite;
import io.pandion.protocol.AddCollectionFieldRequest;
import io.pandion.protocol.CreatePartitionRequest;
import io.pandion.protocol.DataType;
import io.pandion.protocol.DeleteRequest;
import io.pandion.protocol.DescribeCollectionRequest;
import io.pandion.protocol.DescribeCollectionResponse;
import io.pandion.protocol.FieldSchema;
import io.pandion.protocol.InsertRequest;
import io.pandion.protocol.MutationResult;
import io.pandion.protocol.QueryRequest;
import io.pandion.protocol.QueryResults;
import io.pandion.protocol.UpsertRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Inserts, upserts and deletes through the wire.
class ProxyWritesTest extends ProxyWorld {
  @Test
  void an_insert_answers_keys_counts_and_the_tick_and_spreads_over_the_shards() {
    Long[] many = new Long[100];
    for (int i = 0; i < many.length; i++) {
      many[i] = (long) i;
    }
    MutationResult result = insert(many);
    assertThat(result.getInsertCnt()).isEqualTo(100);
    assertThat(result.getSuccIndexList()).hasSize(100).startsWith(0, 1);
    assertThat(result.getIDs().getIntId().getDataList()).containsExactly(many);
    assertThat(result.getTimestamp()).isBetween(1L, catalog.tick());
    assertThat(shards.writes).as("one message a shard").hasSize(2);
    assertThat(count()).isEqualTo(100);
    assertThat(ids("id in [7, 3, 500]")).containsExactly(3L, 7L);
  }

  @Test
  void nothing_is_written_when_one_row_is_bad() {
    InsertRequest bad =
        rows(1L, 2L).setFieldsData(2, vectors("v", 2, 1f, 2f, Float.NaN, 0f)).build();
    refused(client.insert(bad).getStatus(), 1100, "field 'v', row 1");
    assertThat(shards.writes).isEmpty();
    assertThat(count()).isZero();
  }

  @Test
  void an_upsert_replaces_rows_and_a_delete_removes_them() {
    insert(1L, 2L, 3L, 4L);
    InsertRequest changed = rows(2L).setFieldsData(1, strings("tag", "new")).build();
    MutationResult upserted =
        client.upsert(
            UpsertRequest.newBuilder()
                .setCollectionName("c")
                .addAllFieldsData(changed.getFieldsDataList())
                .setNumRows(1)
                .build());
    ok(upserted.getStatus());
    assertThat(upserted.getUpsertCnt()).isEqualTo(1);
    assertThat(count()).isEqualTo(4);
    assertThat(query("id == 2", "tag").getFieldsData(1).getScalars().getStringData().getData(0))
        .isEqualTo("new");
    MutationResult byKey = delete("id in [1, 9]");
    assertThat(byKey.getDeleteCnt()).isEqualTo(2);
    assertThat(ids("id > 0")).containsExactly(2L, 3L, 4L);
    MutationResult byFilter = delete("color == \"c0\"");
    assertThat(byFilter.getDeleteCnt()).isEqualTo(2);
    assertThat(byFilter.getIDs().getIntId().getDataList()).containsExactly(2L, 4L);
    assertThat(ids("id > 0")).containsExactly(3L);
    assertThat(delete("tag == \"nobody\"").getDeleteCnt()).isZero();
  }

  @Test
  void rows_of_a_stale_schema_make_the_client_read_it_again_only_when_they_do_not_fit() {
    DescribeCollectionRequest describe =
        DescribeCollectionRequest.newBuilder().setCollectionName("c").build();
    DescribeCollectionResponse old = client.describeCollection(describe);
    FieldSchema added = field("more", DataType.Int64).setNullable(true).build();
    ok(
        client.addCollectionField(
            AddCollectionFieldRequest.newBuilder()
                .setCollectionName("c")
                .setSchema(added.toByteString())
                .build()));
    InsertRequest stale = rows(1L).setSchemaTimestamp(old.getUpdateTimestamp()).build();
    ok(client.insert(stale).getStatus());
    InsertRequest wrong = stale.toBuilder().addFieldsData(strings("more", "text")).build();
    assertThat(mismatch(wrong)).isTrue();
    long current = client.describeCollection(describe).getUpdateTimestamp();
    refused(
        client.insert(wrong.toBuilder().setSchemaTimestamp(current).build()).getStatus(),
        1100,
        "field 'more'");
  }

  @Test
  void generated_keys_are_answered_and_an_upsert_gives_new_ones() {
    create(
        "a",
        field("id", DataType.VarChar)
            .setIsPrimaryKey(true)
            .setAutoID(true)
            .addTypeParams(pair("max_length", 30)),
        0);
    InsertRequest.Builder request = rows(1L, 2L).setCollectionName("a").removeFieldsData(0);
    MutationResult first = client.insert(request.build());
    ok(first.getStatus());
    List<String> keys = first.getIDs().getStrId().getDataList();
    assertThat(keys).hasSize(2).doesNotHaveDuplicates();
    MutationResult second =
        client.upsert(
            UpsertRequest.newBuilder()
                .setCollectionName("a")
                .addAllFieldsData(request.getFieldsDataList())
                .addFieldsData(strings("id", keys.toArray(String[]::new)))
                .setNumRows(2)
                .build());
    ok(second.getStatus());
    assertThat(second.getIDs().getStrId().getDataList()).doesNotContainAnyElementsOf(keys);
    QueryResults left =
        client.query(
            QueryRequest.newBuilder().setCollectionName("a").addOutputFields("count(*)").build());
    assertThat(left.getFieldsData(0).getScalars().getLongData().getData(0)).isEqualTo(2);
    refused(
        client.insert(request.addFieldsData(strings("id", "x", "y")).build()).getStatus(),
        1100,
        "allow_insert_auto_id");
  }

  @Test
  void rows_go_to_the_partition_of_their_name_or_of_their_partition_key() {
    ok(
        client.createPartition(
            CreatePartitionRequest.newBuilder()
                .setCollectionName("c")
                .setPartitionName("p")
                .build()));
    insert(1L);
    ok(client.insert(rows(2L).setPartitionName("p").build()).getStatus());
    assertThat(searched(near(0f, 9).addPartitionNames("p"))).containsExactly(2L);
    refused(client.insert(rows(3L).setPartitionName("q").build()).getStatus(), 200, "partition=q");
    create("k", field("id", DataType.Int64).setIsPrimaryKey(true), 4);
    shards.writes.clear();
    ok(client.insert(rows(1L, 2L, 3L, 4L, 5L, 6L).setCollectionName("k").build()).getStatus());
    assertThat(shards.writes.stream().map(w -> ((ShardWrite.Insert) w).partitionId()).distinct())
        .hasSizeGreaterThan(1);
    refused(
        client
            .insert(rows(3L).setCollectionName("k").setPartitionName("_default_0").build())
            .getStatus(),
        1100,
        "partition key");
    refused(
        search(near(1f, 1).setCollectionName("k").addPartitionNames("_default_0")),
        1100,
        "partition key");
  }

  @Test
  void other_refusals_of_writes_have_their_codes() {
    refused(client.insert(rows(1L).setCollectionName("d").build()).getStatus(), 100, "not found");
    refused(
        client.upsert(UpsertRequest.newBuilder().setPartialUpdate(true).build()).getStatus(),
        10,
        "partial_update");
    refused(
        client.delete(DeleteRequest.newBuilder().setCollectionName("c").build()).getStatus(),
        1100,
        "expr is empty");
    refused(client.insert(rows(1L, 1L).build()).getStatus(), 1100, "duplicate primary keys");
    refused(client.insert(rows(1L).addFieldsData(json("x", "{")).build()).getStatus(), 1100, "'x'");
    assertThat(shards.writes).isEmpty();
  }
}
