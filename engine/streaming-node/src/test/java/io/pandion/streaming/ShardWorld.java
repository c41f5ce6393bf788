package io.pandion.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.cluster.CatalogCommand;
import io.pandion.cluster.ChannelLog;
import io.pandion.cluster.Coordinator;
import io.pandion.cluster.DataNode;
import io.pandion.cluster.FlushReport;
import io.pandion.cluster.LogEra;
import io.pandion.cluster.QueryNode;
import io.pandion.cluster.ShardState;
import io.pandion.meta.CatalogSnapshot;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.IndexInfo;
import io.pandion.meta.SegmentInfo;
import io.pandion.meta.ShardInfo;
import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.HashRange;
import io.pandion.model.PandionException;
import io.pandion.model.QueryPlan;
import io.pandion.model.QueryResult;
import io.pandion.model.SearchPlan;
import io.pandion.model.SearchResult;
import io.pandion.model.TickRange;
import io.pandion.segment.GrowingSegment;
import io.pandion.segment.SegmentGroup;
import io.pandion.storage.DeltaBatch;
import io.pandion.storage.FileRef;
import io.pandion.storage.SegmentFiles;
import io.pandion.storage.SegmentRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A coordinator and a query node for one collection with one shard: enough of the cluster around a
/// streaming node to flush, recover and hand segments over.
final class ShardWorld implements Coordinator, QueryNode {
  static final String VCHANNEL = "dml_0_7v0";
  static final CollectionSchema SCHEMA =
      new CollectionSchema(
          "birds",
          "",
          List.of(
              FieldSchema.key(100, "id", DataType.INT64),
              FieldSchema.of(101, "n", DataType.INT64),
              FieldSchema.vector(102, "v", 2)),
          false,
          1);
  static final CollectionInfo COLLECTION =
      new CollectionInfo(
          7,
          1,
          SCHEMA,
          List.of(new ShardInfo(VCHANNEL, "dml_0", new HashRange(0, HashRange.SPACE))),
          2,
          0,
          Map.of(),
          1,
          1);

  final SegmentFiles files;
  private final AtomicLong ticks = new AtomicLong(1_000);
  private final Map<Long, FlushReport.FlushedSegment> flushed = new LinkedHashMap<>();
  private final Map<Long, GrowingSegment> loaded = new ConcurrentHashMap<>();
  private final Map<Long, Long> deltaLsns = new ConcurrentHashMap<>();
  private long checkpointLsn;
  private long checkpointTick;
  private final List<LogEra> logs = new ArrayList<>(List.of(new LogEra("left", "dml_0", 1)));
  private @Nullable LogEra planned;
  private int madeLogs;
  long term;

  ShardWorld(SegmentFiles files) {
    this.files = files;
  }

  @Override
  public TickRange allocateTicks(int count) {
    return new TickRange(ticks.getAndAdd(count), count);
  }

  @Override
  public void raiseTicks(long known) {
    ticks.accumulateAndGet(known + 1, Math::max);
  }

  /// The clock starts again, as if the meta store were lost.
  void forgetTicks() {
    ticks.set(1_000);
  }

  @Override
  public synchronized void flushed(FlushReport report) {
    if (report.term() < term) {
      throw new PandionException(
          PandionException.Reason.FENCED, PandionException.Subject.CHANNEL, "older term");
    }
    report.segments().forEach(s -> flushed.put(s.id(), s));
    checkpointLsn = Math.max(checkpointLsn, report.checkpointLsn());
    checkpointTick = Math.max(checkpointTick, report.checkpointTick());
  }

  synchronized long checkpointTick() {
    return checkpointTick;
  }

  /// The next log, on the other backend.
  ///
  /// @param wanted whether a move there will be recorded
  synchronized LogEra planLog(boolean wanted) {
    madeLogs++;
    String type = logs.getLast().type().equals("left") ? "right" : "left";
    LogEra log = new LogEra(type, "dml_0-" + madeLogs, 0);
    planned = wanted ? log : null;
    return log;
  }

  synchronized List<LogEra> eras() {
    return List.copyOf(logs);
  }

  @Override
  public List<ChannelLog> logs() {
    return List.of();
  }

  @Override
  public synchronized boolean logMoved(String pchannel, long ofTerm, LogEra log) {
    if (ofTerm != term || !log.at(0).equals(planned)) {
      return false;
    }
    planned = null;
    logs.add(log);
    return true;
  }

  @Override
  public synchronized void logReleased(String pchannel, long ofTerm, long lsn) {
    while (ofTerm == term && logs.size() > 1 && logs.get(1).fromLsn() <= lsn) {
      assertThat(checkpointLsn + 1).as("files hold what is let go").isGreaterThanOrEqualTo(lsn);
      logs.removeFirst();
    }
  }

  @Override
  public void switchLog(String type, Consumer<String> progress) {
    throw PandionException.unsupported("the test moves the log itself");
  }

  synchronized ShardState state() {
    return new ShardState(
        COLLECTION,
        VCHANNEL,
        checkpointLsn,
        flushed.values().stream().map(ShardWorld::info).toList(),
        Set.of(1L, 2L));
  }

  synchronized List<FlushReport.FlushedSegment> segments(String level) {
    return flushed.values().stream().filter(s -> s.level().equals(level)).toList();
  }

  private static SegmentInfo info(FlushReport.FlushedSegment s) {
    return new SegmentInfo(
        s.id(),
        s.collectionId(),
        s.partitionId(),
        VCHANNEL,
        SegmentInfo.State.FLUSHED,
        SegmentInfo.Level.valueOf(s.level()),
        1,
        s.rows(),
        s.bytes(),
        s.firstLsn(),
        s.lastLsn(),
        s.firstTick(),
        s.lastTick(),
        Map.of(),
        List.of(),
        0);
  }

  /// Loads every flushed segment with all deltalogs, and says up to which lsn it has deletes.
  synchronized Map<Long, Long> loadAll() {
    long deltaLsn = 0;
    for (FlushReport.FlushedSegment delta : segments("L0")) {
      deltaLsn = Math.max(deltaLsn, delta.lastLsn());
    }
    for (FlushReport.FlushedSegment s : segments("L1")) {
      if (!loaded.containsKey(s.id())) {
        loaded.put(s.id(), read(s));
        deltaLsns.put(s.id(), Math.max(deltaLsn, s.lastLsn()));
      }
    }
    return Map.copyOf(deltaLsns);
  }

  private GrowingSegment read(FlushReport.FlushedSegment s) {
    GrowingSegment out = new GrowingSegment(s.id(), s.partitionId(), SCHEMA);
    SegmentRows rows = files.readRows(refs(s.files()), SCHEMA);
    for (int i = 0; i < rows.ticks().length; i++) {
      out.append(rows.rows().select(new int[] {i}, 1), rows.ticks()[i]);
    }
    out.delete(files.readDeltas(refs(s.files()), DataType.INT64));
    for (FlushReport.FlushedSegment delta : segments("L0")) {
      if (delta.partitionId() < 0 || delta.partitionId() == s.partitionId()) {
        out.delete(files.readDeltas(refs(delta.files()), DataType.INT64));
      }
    }
    return out;
  }

  private static List<FileRef> refs(List<DataNode.TaskFile> files) {
    return files.stream()
        .map(
            f ->
                new FileRef(
                    FileRef.Kind.valueOf(f.kind()),
                    f.name(),
                    f.length(),
                    f.crc32c(),
                    f.fieldId(),
                    f.indexId(),
                    f.entries()))
        .toList();
  }

  void unload() {
    loaded.clear();
    deltaLsns.clear();
  }

  @Override
  public String name() {
    return "q1";
  }

  @Override
  public void delete(Collection<Long> segmentIds, Column keys, long tick) {
    long[] at = new long[keys.size()];
    Arrays.fill(at, tick);
    segmentIds.forEach(id -> segment(id).delete(new DeltaBatch(keys, at)));
  }

  private GrowingSegment segment(long id) {
    GrowingSegment segment = loaded.get(id);
    if (segment == null) {
      throw PandionException.notFound(PandionException.Subject.SEGMENT, "segment " + id);
    }
    return segment;
  }

  private List<GrowingSegment> segments(Collection<Long> ids) {
    List<GrowingSegment> out = new ArrayList<>();
    ids.forEach(id -> out.add(segment(id)));
    return out;
  }

  @Override
  public SearchResult search(Collection<Long> segmentIds, SearchPlan plan, long readAt) {
    return new SegmentGroup(SCHEMA).search(segments(segmentIds), plan, readAt);
  }

  @Override
  public QueryResult query(Collection<Long> segmentIds, QueryPlan plan, long readAt) {
    return new SegmentGroup(SCHEMA).query(segments(segmentIds), plan, readAt);
  }

  @Override
  public List<LoadedSegment> loaded() {
    return List.of();
  }

  @Override
  public void load(
      SegmentInfo segment,
      CollectionSchema schema,
      List<IndexInfo> indexes,
      List<SegmentInfo> deltas) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void release(Collection<Long> segmentIds) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CatalogSnapshot catalog() {
    throw new UnsupportedOperationException();
  }

  @Override
  public long execute(CatalogCommand command) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FlushTicket flush(long collectionId) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean flushed(FlushTicket ticket) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Map<Long, Integer> loadProgress(long collectionId) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long compact(long collectionId) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompactionStatus compaction(long compactionId) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<SegmentInfo> segments(long collectionId) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<IndexProgress> indexProgress(long collectionId) {
    throw new UnsupportedOperationException();
  }
}
