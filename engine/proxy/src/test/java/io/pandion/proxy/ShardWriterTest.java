package io.pandion.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.cluster.CatalogCommand;
import io.pandion.cluster.ShardWrite;
import io.pandion.meta.CollectionInfo;
import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.PandionException;
import io.pandion.model.RowBatch;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShardWriterTest {
  private static final int DIMENSION = 4_096;
  private static final int ROWS = 4_000;

  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final TwinCatalog catalog = new TwinCatalog();
  private final TwinShards shards = new TwinShards(catalog);

  @AfterEach
  void stop() {
    executor.close();
  }

  private CollectionInfo collection() {
    CollectionSchema schema =
        new CollectionSchema(
            "c",
            "",
            List.of(
                FieldSchema.key(100, "id", DataType.INT64),
                FieldSchema.vector(101, "v", DIMENSION)),
            false,
            1);
    catalog.execute(new CatalogCommand.CreateCollection("default", schema, 3, 0, 0, Map.of()));
    return catalog.collection(1, "c").orElseThrow();
  }

  private static RowBatch rows() {
    return new RowBatch(
        ROWS,
        Map.of(
            100L,
            Column.Longs.of(LongStream.range(0, ROWS).toArray()),
            101L,
            new Column.FloatVectors(new float[ROWS * DIMENSION], DIMENSION)));
  }

  @Test
  void a_batch_larger_than_a_message_is_split_and_no_row_is_lost() {
    ShardWriter writer = new ShardWriter(new FanOut(executor), _ -> shards);
    long tick = writer.insert(collection(), rows(), 100, _ -> 1);
    assertThat(shards.writes).hasSizeGreaterThan(3);
    assertThat(shards.writes)
        .allSatisfy(
            w ->
                assertThat(((ShardWrite.Insert) w).rows().bytes())
                    .isLessThanOrEqualTo(ShardWriter.MESSAGE_BYTES));
    assertThat(
            shards.writes.stream()
                .map(w -> (Column.Longs) ((ShardWrite.Insert) w).rows().column(100))
                .flatMapToLong(c -> LongStream.range(0, c.size()).map(i -> c.get((int) i)))
                .sorted()
                .toArray())
        .isEqualTo(LongStream.range(0, ROWS).toArray());
    assertThat(tick).as("the highest tick, nothing came after it").isEqualTo(catalog.tick() - 1);
  }

  @Test
  void one_row_larger_than_a_message_is_a_message_of_its_own() {
    Column text = Column.Strings.of("x".repeat(20 << 20), "y");
    List<RowBatch> pieces = ShardWriter.pieces(new RowBatch(2, Map.of(1L, text)));
    assertThat(pieces).hasSize(2);
  }

  @Test
  void the_failure_of_one_shard_is_the_failure_of_the_write() {
    CollectionInfo collection = collection();
    String broken = collection.shards().get(1).vchannel();
    ShardWriter writer =
        new ShardWriter(
            new FanOut(executor),
            vchannel -> {
              if (vchannel.equals(broken)) {
                throw PandionException.unavailable("shard " + broken + " recovers");
              }
              return shards;
            });
    assertThatThrownBy(() -> writer.delete(collection, rows().column(100), -1))
        .isInstanceOf(PandionException.class)
        .hasMessageContaining(broken);
    assertThat(shards.writes).as("the other shards took their part").hasSize(2);
  }
}
