package io.pandion.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.cluster.CatalogCommand;
import io.pandion.cluster.FlushReport;
import io.pandion.cluster.FlushReport.FlushedSegment;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.DatabaseInfo;
import io.pandion.meta.ShardInfo;
import io.pandion.model.CollectionSchema;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.storage.FileObjectStore;
import io.pandion.storage.ManifestStore;
import io.pandion.storage.SegmentFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What garbage collection keeps, with a clock of its own.
final class GarbageTest {
  private static final CollectionSchema SCHEMA =
      new CollectionSchema(
          "c",
          "",
          List.of(FieldSchema.key(0, "pk", DataType.INT64), FieldSchema.vector(0, "vec", 8)),
          false,
          0);
  private static final long SEGMENT = 77;
  private static final long FIRST_LSN = 2;
  private static final long LAST_LSN = 10;

  @TempDir private Path directory;
  private final AtomicLong now = new AtomicLong(1_000_000);
  private final MemoryMetaStore meta = new MemoryMetaStore();

  @SuppressWarnings("NullAway.Init")
  private FileObjectStore bucket;

  @SuppressWarnings("NullAway.Init")
  private Ledger ledger;

  @SuppressWarnings("NullAway.Init")
  private TickOracle ticks;

  @SuppressWarnings("NullAway.Init")
  private ShardChanges changes;

  @SuppressWarnings("NullAway.Init")
  private Flushes flushes;

  @SuppressWarnings("NullAway.Init")
  private Garbage garbage;

  @BeforeEach
  void start() {
    bucket = new FileObjectStore(directory.resolve("bucket"));
    ManifestStore manifests = new ManifestStore(bucket);
    Tenure tenure = Tenure.begin(meta);
    ticks = new TickOracle(tenure, now::get, Cluster.SETTINGS.tickWindow());
    ledger = new Ledger(tenure);
    Snapshots snapshots = new Snapshots(ledger, ticks, bucket);
    Shards shards = new Shards(ledger, 1, "memory");
    shards.attach(new MemoryStreamingNode(ticks::next));
    shards.open((_, _) -> {});
    ledger.commit(new Changes().put("database/1", new DatabaseInfo(1, "default", Map.of(), 1)));
    changes = new ShardChanges(ledger, shards, ticks, snapshots::save);
    flushes = new Flushes(ledger, (vchannel, s) -> Flushes.write(manifests, vchannel, s));
    garbage =
        new Garbage(
            new Board(ledger, Cluster.SETTINGS, now::get),
            new Attempts(Cluster.SETTINGS, now::get),
            ledger,
            shards,
            bucket,
            manifests,
            snapshots);
  }

  private void flush(CollectionInfo c, List<FlushedSegment> segments, long checkpoint) {
    ShardInfo shard = c.shards().getFirst();
    flushes.accept(
        new FlushReport(
            shard.pchannel(),
            ledger.term(shard.pchannel()),
            shard.vchannel(),
            segments,
            checkpoint,
            ticks.next()));
  }

  private List<String> files(CollectionInfo c, long partition) {
    return bucket.list(SegmentFiles.prefix(c.id(), partition, SEGMENT));
  }

  /// If it were forgotten earlier, the log's replay would flush its rows again, as living ones.
  @Test
  void a_dropped_segment_is_remembered_until_its_shard_does_not_replay_its_rows() {
    changes.apply(new CatalogCommand.CreateCollection("", SCHEMA, 1, 0, 0, Map.of()), ticks.next());
    CollectionInfo c = ledger.catalog().collection(1, "c").orElseThrow();
    long partition = ledger.catalog().partitions(c.id()).getFirst().id();
    long tick = ticks.next();
    FlushedSegment segment =
        new FlushedSegment(
            SEGMENT,
            c.id(),
            partition,
            "L1",
            5,
            100,
            FIRST_LSN,
            LAST_LSN,
            tick,
            tick,
            c.schema(),
            List.of());
    flush(c, List.of(segment), LAST_LSN - 1);
    assertThat(files(c, partition)).hasSize(1);
    changes.apply(new CatalogCommand.TruncateCollection("", "c"), ticks.next());
    assertThat(ledger.segment(SEGMENT)).hasValueSatisfying(s -> assertThat(s.live()).isFalse());

    now.addAndGet(10 * Cluster.SETTINGS.gcDelay());
    garbage.collect();
    assertThat(ledger.segment(SEGMENT)).isPresent();

    flush(c, List.of(segment), LAST_LSN - 1);
    assertThat(ledger.segment(SEGMENT)).hasValueSatisfying(s -> assertThat(s.live()).isFalse());

    flush(c, List.of(), LAST_LSN);
    garbage.collect();
    assertThat(ledger.segment(SEGMENT)).isEmpty();
    assertThat(files(c, partition)).isEmpty();
  }

  @Test
  void a_file_that_nothing_names_is_removed_after_the_delay_and_not_before() {
    changes.apply(new CatalogCommand.CreateCollection("", SCHEMA, 1, 0, 0, Map.of()), ticks.next());
    CollectionInfo c = ledger.catalog().collection(1, "c").orElseThrow();
    String name = SegmentFiles.prefix(c.id(), 1, ticks.next()) + "binlog/x.parquet";
    bucket.putIfAbsent(name, new byte[1]);
    garbage.collect();
    now.addAndGet(Cluster.SETTINGS.gcDelay() + 1_000);
    garbage.collect();
    assertThat(bucket.exists(name)).as("first seen just now").isTrue();
    now.addAndGet(Cluster.SETTINGS.gcDelay() - 1);
    garbage.collect();
    assertThat(bucket.exists(name)).isTrue();
    now.addAndGet(1);
    garbage.collect();
    assertThat(bucket.exists(name)).isFalse();
  }
}
