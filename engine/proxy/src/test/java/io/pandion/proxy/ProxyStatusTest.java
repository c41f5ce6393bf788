package io.pandion.proxy;

import static io.pandion.proxy.Wire.pair;
import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.protocol.ConnectRequest;
import io.pandion.protocol.DescribeCollectionRequest;
import io.pandion.protocol.DescribeCollectionResponse;
import io.pandion.protocol.DescribeIndexRequest;
import io.pandion.protocol.FieldSchema;
import io.pandion.protocol.FlushRequest;
import io.pandion.protocol.GetCollectionStatisticsRequest;
import io.pandion.protocol.GetFlushStateRequest;
import io.pandion.protocol.GetPersistentSegmentInfoRequest;
import io.pandion.protocol.GetReplicasRequest;
import io.pandion.protocol.ShowCollectionsRequest;
import io.pandion.protocol.ShowType;
import org.junit.jupiter.api.Test;

/// What a client asks about a collection.
class ProxyStatusTest extends ProxyWorld {
  @Test
  void statistics_segments_indexes_and_flushes_are_told() {
    insert(1L, 2L, 3L);
    assertThat(
            client
                .getCollectionStatistics(
                    GetCollectionStatisticsRequest.newBuilder().setCollectionName("c").build())
                .getStatsList())
        .containsExactly(pair("row_count", 3));
    assertThat(
            client
                .getPersistentSegmentInfo(
                    GetPersistentSegmentInfoRequest.newBuilder().setCollectionName("c").build())
                .getInfosList())
        .extracting(s -> s.getNumRows())
        .satisfies(n -> assertThat(n.stream().mapToLong(Long::longValue).sum()).isEqualTo(3));
    assertThat(
            client
                .describeIndex(DescribeIndexRequest.newBuilder().setCollectionName("c").build())
                .getIndexDescriptions(0)
                .getParamsList())
        .containsExactly(pair("M", 16), pair("index_type", "HNSW"), pair("metric_type", "L2"));
    long tick =
        client
            .flush(FlushRequest.newBuilder().addCollectionNames("c").build())
            .getCollFlushTsOrThrow("c");
    GetFlushStateRequest state =
        GetFlushStateRequest.newBuilder().setFlushTs(tick).addSegmentIDs(7).build();
    assertThat(client.getFlushState(state).getFlushed()).isFalse();
    assertThat(client.getFlushState(state).getFlushed()).isTrue();
    assertThat(
            client
                .getReplicas(GetReplicasRequest.newBuilder().setCollectionName("c").build())
                .getReplicasList())
        .hasSize(1);
  }

  @Test
  @SuppressWarnings("deprecation") // SDKs still read the percentages
  void every_answer_carries_a_status_and_collections_are_found_by_id() {
    assertThat(client.connect(ConnectRequest.getDefaultInstance()).hasStatus()).isTrue();
    DescribeCollectionResponse byName =
        client.describeCollection(
            DescribeCollectionRequest.newBuilder().setCollectionName("c").build());
    assertThat(byName.hasStatus()).isTrue();
    assertThat(byName.getSchema().getFieldsList())
        .extracting(FieldSchema::getName)
        .containsExactly("id", "tag", "v");
    assertThat(
            client
                .describeCollection(
                    DescribeCollectionRequest.newBuilder()
                        .setCollectionID(byName.getCollectionID())
                        .build())
                .getCollectionName())
        .isEqualTo("c");
    assertThat(
            client
                .showCollections(
                    ShowCollectionsRequest.newBuilder().setType(ShowType.InMemory).build())
                .getInMemoryPercentagesList())
        .containsExactly(100L);
  }
}
