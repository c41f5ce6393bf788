package io.pandion.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.milvus.v2.client.MilvusClientV2;
import io.milvus.v2.common.DataType;
import io.milvus.v2.service.collection.request.CreateCollectionReq;
import io.milvus.v2.service.partition.request.CreatePartitionReq;
import io.milvus.v2.service.partition.request.DropPartitionReq;
import io.milvus.v2.service.partition.request.GetPartitionStatsReq;
import io.milvus.v2.service.partition.request.HasPartitionReq;
import io.milvus.v2.service.partition.request.ListPartitionsReq;
import io.milvus.v2.service.partition.request.LoadPartitionsReq;
import io.milvus.v2.service.partition.request.ReleasePartitionsReq;
import io.milvus.v2.service.utility.request.FlushReq;
import io.milvus.v2.service.vector.request.InsertReq;
import io.milvus.v2.service.vector.request.QueryReq;
import io.milvus.v2.service.vector.request.SearchReq;
import io.milvus.v2.service.vector.request.data.BaseVector;
import io.milvus.v2.service.vector.request.data.FloatVec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The unmodified Milvus client for Java keeps rows apart in partitions.
@SuppressWarnings("NullAway.Init") // the server starts before the tests
class MilvusSdkPartitionTest {
  @TempDir static Path data;
  private static ServerProcess server;
  private static MilvusClientV2 client;

  private final Random random = new Random(42);

  @BeforeAll
  static void start() throws Exception {
    server = ServerProcess.start("milvus-sdk-partitions", data);
    client = server.client();
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  @Test
  void partitions_hold_their_rows_apart() {
    SmallCollections.create(
        client, "parted", EveryType.schema(DataType.Int64, SmallCollections.DIMENSION));
    for (String partition : List.of("north", "south")) {
      client.createPartition(
          CreatePartitionReq.builder().collectionName("parted").partitionName(partition).build());
    }
    assertThat(client.listPartitions(ListPartitionsReq.builder().collectionName("parted").build()))
        .containsExactlyInAnyOrder("_default", "north", "south");
    insertInto("north", 0, 30);
    insertInto("south", 30, 20);
    assertThat(countIn(List.of("north"))).isEqualTo(30L);
    assertThat(countIn(List.of("south"))).isEqualTo(20L);
    assertThat(countIn(List.of())).isEqualTo(50L);
    assertThat(hitsIn("south")).hasSize(20).allMatch(key -> key instanceof Long id && id >= 30);
    client.flush(FlushReq.builder().collectionNames(List.of("parted")).build());
    assertThat(
            client
                .getPartitionStats(
                    GetPartitionStatsReq.builder()
                        .collectionName("parted")
                        .partitionName("north")
                        .build())
                .getNumOfEntities())
        .isEqualTo(30);
    client.releasePartitions(
        ReleasePartitionsReq.builder()
            .collectionName("parted")
            .partitionNames(List.of("north"))
            .build());
    assertThatThrownBy(() -> countIn(List.of("north"))).hasMessageContaining("not loaded");
    assertThat(countIn(List.of("south"))).isEqualTo(20L);
    client.loadPartitions(
        LoadPartitionsReq.builder()
            .collectionName("parted")
            .partitionNames(List.of("north"))
            .build());
    assertThat(countIn(List.of("north"))).isEqualTo(30L);
    client.releasePartitions(
        ReleasePartitionsReq.builder()
            .collectionName("parted")
            .partitionNames(List.of("north"))
            .build());
    client.dropPartition(
        DropPartitionReq.builder().collectionName("parted").partitionName("north").build());
    assertThat(
            client.hasPartition(
                HasPartitionReq.builder().collectionName("parted").partitionName("north").build()))
        .isFalse();
    assertThat(countIn(List.of())).isEqualTo(20L);
  }

  private void insertInto(String partition, int from, int count) {
    client.insert(
        InsertReq.builder()
            .collectionName("parted")
            .partitionName(partition)
            .data(
                SmallCollections.batch(random, from, count).stream().map(EveryType::json).toList())
            .build());
  }

  private static Object countIn(List<String> partitions) {
    Object count =
        client
            .query(
                QueryReq.builder()
                    .collectionName("parted")
                    .partitionNames(partitions)
                    .outputFields(List.of("count(*)"))
                    .build())
            .getQueryResults()
            .getFirst()
            .getEntity()
            .get("count(*)");
    return count == null ? "no count" : count;
  }

  private List<Object> hitsIn(String partition) {
    SearchReq search =
        SearchReq.builder()
            .collectionName("parted")
            .partitionNames(List.of(partition))
            .data(
                List.<BaseVector>of(
                    new FloatVec(EveryType.vector(random, SmallCollections.DIMENSION))))
            .limit(100)
            .build();
    return client.search(search).getSearchResults().getFirst().stream()
        .map(r -> r.getId())
        .toList();
  }

  @Test
  void a_partition_key_spreads_rows_and_still_answers_whole() {
    CreateCollectionReq.CollectionSchema schema =
        EveryType.schema(DataType.Int64, SmallCollections.DIMENSION);
    schema.addField(
        io.milvus.v2.service.collection.request.AddFieldReq.builder()
            .fieldName("tenant")
            .dataType(DataType.VarChar)
            .maxLength(20)
            .isPartitionKey(true)
            .build());
    SmallCollections.create(client, "tenants", schema);
    TestCollection rows = new TestCollection(client, "tenants");
    List<Map<String, Object>> batch = new ArrayList<>();
    for (Map<String, Object> row : SmallCollections.batch(random, 0, 300)) {
      Map<String, Object> owned = new java.util.HashMap<>(row);
      owned.put("tenant", "t" + random.nextInt(10));
      batch.add(owned);
    }
    rows.insert(batch);
    for (int tenant = 0; tenant < 10; tenant++) {
      rows.checkCount(ModelFilter.compare("tenant", "==", "t" + tenant));
    }
    rows.checkCount(ModelFilter.in("tenant", List.of("t1", "t5")));
    rows.flush();
    rows.delete(ModelFilter.compare("tenant", "==", "t3"));
    rows.checkCount(ModelFilter.ALL);
    assertThat(client.listPartitions(ListPartitionsReq.builder().collectionName("tenants").build()))
        .hasSize(16);
  }
}
