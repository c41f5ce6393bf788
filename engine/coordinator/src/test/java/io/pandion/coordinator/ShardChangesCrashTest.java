package io.pandion.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.cluster.CatalogCommand;
import io.pandion.cluster.FlushReport;
import io.pandion.cluster.FlushReport.FlushedSegment;
import io.pandion.cluster.ShardWrite;
import io.pandion.meta.DatabaseInfo;
import io.pandion.meta.SegmentInfo;
import io.pandion.model.CollectionSchema;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The coordinator dies before each commit of a script; a new one must come to the same catalog.
final class ShardChangesCrashTest {
  private static final CollectionSchema SCHEMA =
      new CollectionSchema(
          "c",
          "",
          List.of(FieldSchema.key(0, "pk", DataType.INT64), FieldSchema.vector(0, "vec", 8)),
          false,
          0);
  private static final FieldSchema ADDED = FieldSchema.of(0, "x", DataType.INT64).asNullable();
  private final MemoryMetaStore store = new MemoryMetaStore();
  private final List<MemoryStreamingNode> nodes = new ArrayList<>();

  private record Life(Ledger ledger, Shards shards, ShardChanges changes, TickOracle ticks) {
    void run(CatalogCommand command) {
      changes.apply(command, ticks.next());
    }
  }

  private Life live() {
    Tenure tenure = Tenure.begin(store);
    TickOracle ticks = new TickOracle(tenure, () -> 1_000, 10);
    Ledger ledger = new Ledger(tenure);
    Shards shards = new Shards(ledger, 2, "memory");
    MemoryStreamingNode node = new MemoryStreamingNode(ticks::next);
    shards.attach(node);
    shards.open((_, _) -> {});
    nodes.add(node);
    ShardChanges changes = new ShardChanges(ledger, shards, ticks, () -> {});
    ledger.intents().forEach(changes::finish);
    if (ledger.catalog().databases().isEmpty()) {
      ledger.commit(new Changes().put("database/1", new DatabaseInfo(1, "default", Map.of(), 1)));
    }
    return new Life(ledger, shards, changes, ticks);
  }

  private static CatalogCommand create() {
    return new CatalogCommand.CreateCollection("", SCHEMA, 2, 2, 0, Map.of());
  }

  private static final List<CatalogCommand> SCRIPT =
      List.of(
          create(),
          new CatalogCommand.AddField("", "c", ADDED),
          new CatalogCommand.TruncateCollection("", "c"),
          new CatalogCommand.DropCollection("", "c"));

  @Test
  void a_crash_before_any_commit_leaves_a_catalog_that_recovers() {
    for (int step = 0; step < SCRIPT.size(); step++) {
      for (int after = 0; after < 6; after++) {
        store.diesAt = -1;
        Life life = live();
        life.run(new CatalogCommand.DropCollection("", "c"));
        for (CatalogCommand command : SCRIPT.subList(0, step)) {
          life.run(command);
        }
        store.diesAt = store.commits + after;
        try {
          life.run(SCRIPT.get(step));
        } catch (IllegalStateException died) {
          assertThat(died).hasMessage("died");
        }
        store.diesAt = -1;
        Life next = live();
        assertThat(next.ledger().intents()).isEmpty();
        var collection = next.ledger().catalog().collection(1, "c");
        collection.ifPresent(
            c -> assertThat(next.ledger().catalog().partitions(c.id())).hasSize(1));
        if (step == 1 || step == 2) {
          assertThat(collection).isPresent();
        }
        if (collection.isEmpty()) {
          next.run(create());
        }
        assertThat(next.ledger().catalog().collection(1, "c")).isPresent();
      }
    }
    assertThat(nodes.stream().flatMap(n -> n.log.stream()))
        .hasAtLeastOneElementOfType(ShardWrite.Truncate.class);
  }

  @Test
  void a_flush_of_truncated_rows_is_recorded_as_dropped_and_an_older_term_is_fenced() {
    Life life = live();
    life.run(create());
    var c = life.ledger().catalog().collection(1, "c").orElseThrow();
    var shard = c.shards().getFirst();
    long partition = life.ledger().catalog().partitions(c.id()).getFirst().id();
    Flushes flushes = new Flushes(life.ledger(), (vchannel, s) -> 1);
    long early = life.ticks().next();
    life.run(new CatalogCommand.TruncateCollection("", "c"));
    long late = life.ticks().next();
    List<FlushedSegment> segments =
        List.of(segment(11, c.id(), partition, early), segment(12, c.id(), partition, late));
    flushes.accept(new FlushReport(shard.pchannel(), 1, shard.vchannel(), segments, 90, late));
    assertThat(life.ledger().live(c.id())).extracting(SegmentInfo::id).containsExactly(12L);
    assertThat(life.ledger().checkpoint(shard.vchannel()).lsn()).isEqualTo(90);
    FlushReport old = new FlushReport(shard.pchannel(), 0, shard.vchannel(), List.of(), 99, late);
    assertThatThrownBy(() -> flushes.accept(old)).hasMessageContaining("has term 1");
  }

  private static FlushedSegment segment(long id, long collection, long partition, long tick) {
    return new FlushedSegment(
        id, collection, partition, "L1", 1, 1, 1, 2, tick, tick, SCHEMA, List.of());
  }
}
