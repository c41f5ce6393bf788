package io.pandion.coordinator;

import io.pandion.cluster.CatalogCommand;
import io.pandion.cluster.ChannelLog;
import io.pandion.cluster.Coordinator;
import io.pandion.cluster.DataNode;
import io.pandion.cluster.FlushReport;
import io.pandion.cluster.LogEra;
import io.pandion.cluster.QueryNode;
import io.pandion.cluster.StreamingNode;
import io.pandion.meta.CatalogSnapshot;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.DatabaseInfo;
import io.pandion.meta.MetaStore;
import io.pandion.meta.SegmentInfo;
import io.pandion.meta.ShardInfo;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Subject;
import io.pandion.model.TickRange;
import io.pandion.storage.FileRef;
import io.pandion.storage.ManifestStore;
import io.pandion.storage.ObjectStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The active coordinator of a cluster: takes office over a meta store, gives pchannels to
/// streaming nodes, and keeps what is true in the catalog true in the cluster. Threads: any number;
/// commands one at a time.
public final class ActiveCoordinator implements Coordinator, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ActiveCoordinator.class);
  private static final long SCHEMA_WAIT_MILLIS = 10_000;
  private static final long GC_MAX_PERIOD = 3_600_000;

  private final Ledger ledger;
  private final TickOracle ticks;
  private final Shards shards;
  private final ShardChanges changes;
  private final Flushes flushes;
  private final FlushTickets tickets;
  private final Board board;
  private final Attempts attempts;
  private final Distributor distributor;
  private final DataTasks tasks = new DataTasks();
  private final Executor executor;
  private final Garbage garbage;
  private final Snapshots snapshots;
  private final LogSwitch logSwitch;
  private final ManifestStore manifests;
  private final CoordinatorSettings settings;
  private final LongSupplier clock;
  private final ReentrantLock commands = new ReentrantLock(true);
  private volatile boolean started;
  private long nextCollection;

  /// Takes office: from now on older coordinators over the same store are fenced. Attach nodes,
  /// then [#start]. A meta store that knows nothing is filled from the bucket.
  ///
  /// @param logType of the channels' logs at the first start; later the one that was switched to
  /// @param ids names the cluster at its first start
  /// @throws PandionException INVALID_REQUEST when the bucket is another cluster's, CORRUPT_DATA
  public ActiveCoordinator(
      MetaStore meta,
      ManifestStore manifests,
      ObjectStore objects,
      CoordinatorSettings settings,
      String logType,
      LongSupplier clockMillis,
      Supplier<UUID> ids) {
    ClusterName.agree(meta, objects, ids);
    this.manifests = manifests;
    this.settings = settings;
    this.clock = clockMillis;
    Tenure tenure = Tenure.begin(meta);
    this.ticks = new TickOracle(tenure, clockMillis, settings.tickWindow());
    this.ledger = new Ledger(tenure);
    this.snapshots = new Snapshots(ledger, ticks, objects);
    this.shards = new Shards(ledger, settings.channels(), logType);
    this.logSwitch = new LogSwitch(ledger, shards, snapshots, clockMillis);
    if (!shards.logType().equals(logType)) {
      LOG.warn(
          "wal.type is {} in the settings, but the log was switched to {}, which is used; set wal.type"
              + " to {}, or switch back with: pandion wal switch --to {}",
          logType,
          shards.logType(),
          shards.logType(),
          logType);
    }
    this.changes = new ShardChanges(ledger, shards, ticks, this::saveSoon);
    this.flushes = new Flushes(ledger, (vchannel, s) -> Flushes.write(manifests, vchannel, s));
    this.tickets = new FlushTickets(ledger, shards);
    this.board = new Board(ledger, settings, clockMillis);
    this.attempts = new Attempts(settings, clockMillis);
    this.distributor = new Distributor(board, shards, ticks);
    this.executor =
        new Executor(
            board,
            attempts,
            distributor,
            tasks,
            new TaskCommits(ledger, manifests, ticks),
            ticks,
            settings,
            clockMillis);
    this.garbage = new Garbage(board, attempts, ledger, shards, objects, manifests, snapshots);
  }

  /// Attaches a streaming node; all of them before [#start].
  public void attach(StreamingNode node) {
    shards.attach(node);
  }

  public void attach(QueryNode node) {
    executor.attach(node);
  }

  public void attach(DataNode node) {
    tasks.attach(node);
    executor.signal();
  }

  /// Opens all pchannels (which recovers their shards), finishes what an earlier coordinator began,
  /// and starts to plan.
  public void start() {
    synchronized (ledger) {
      if (ledger.catalog().database(DatabaseInfo.DEFAULT).isEmpty()) {
        long tick = ticks.next();
        ledger.commit(
            new Changes()
                .put(
                    CatalogState.database(tick),
                    new DatabaseInfo(tick, DatabaseInfo.DEFAULT, Map.of(), tick)));
      }
    }
    shards.open(board::opened);
    snapshots.save();
    finishIntents();
    nextCollection = clock.getAsLong() + collectionPeriod();
    executor.chore("intents", this::finishIntents);
    executor.chore("logs", logSwitch::carryOn);
    executor.chore("garbage", this::collect);
    executor.chore("snapshot", snapshots::save);
    started = true;
    executor.start();
  }

  /// The streaming node that owns a vchannel.
  public StreamingNode owner(String vchannel) {
    return shards.owner(vchannel);
  }

  private void finishIntents() {
    if (ledger.intents().isEmpty()) {
      return;
    }
    commands.lock();
    Lock hiding = distributor.hiding();
    hiding.lock();
    try {
      ledger.intents().stream()
          .sorted(Comparator.comparingLong(Intent::id))
          .forEach(changes::finish);
    } finally {
      hiding.unlock();
      commands.unlock();
    }
  }

  private long collectionPeriod() {
    return Math.min(GC_MAX_PERIOD, Math.max(settings.planPeriod(), settings.gcDelay() / 10));
  }

  private void collect() {
    if (clock.getAsLong() >= nextCollection) {
      garbage.collect();
      nextCollection = clock.getAsLong() + collectionPeriod();
    }
  }

  @Override
  public TickRange allocateTicks(int count) {
    return ticks.allocate(count);
  }

  @Override
  public void raiseTicks(long known) {
    ticks.raise(known);
  }

  @Override
  public CatalogSnapshot catalog() {
    return ledger.catalog();
  }

  @Override
  public long execute(CatalogCommand command) {
    if (!started) {
      throw PandionException.unavailable("the coordinator is starting; retry");
    }
    long tick;
    commands.lock();
    try {
      tick = ticks.next();
      apply(command, tick);
    } finally {
      commands.unlock();
      executor.signal();
    }
    saveSoon();
    if (command instanceof CatalogCommand.AddField c) {
      CollectionInfo changed = new Names(ledger.catalog()).collection(c.database(), c.name());
      if (!board.awaitSchema(changed.id(), changed.schema().version(), SCHEMA_WAIT_MILLIS)) {
        LOG.warn("segments of '{}' are slow to learn its new field", c.name());
      }
    }
    return tick;
  }

  /// The command is done, and durable in the meta store, whether or not the bucket takes the copy.
  private void saveSoon() {
    try {
      snapshots.save();
    } catch (PandionException e) {
      LOG.warn("the copy of the catalog in the bucket is written later: {}", e.getMessage());
    }
  }

  private void apply(CatalogCommand command, long tick) {
    if (ShardChanges.hidesRows(command)) {
      Lock hiding = distributor.hiding();
      hiding.lock();
      try {
        changes.apply(command, tick);
      } finally {
        hiding.unlock();
      }
    } else if (ShardChanges.concerns(command)) {
      changes.apply(command, tick);
    } else {
      synchronized (ledger) {
        ledger.commit(new CatalogRules(ledger.catalog(), tick).apply(command));
      }
    }
    if (command instanceof CatalogCommand.Release c) {
      tell(new Names(ledger.catalog()).collection(c.database(), c.collection()));
    }
  }

  /// Shards hear of a release at once; who does not is told by a later plan.
  private void tell(CollectionInfo collection) {
    for (ShardInfo shard : collection.shards()) {
      try {
        distributor.distribute(shard.vchannel());
      } catch (PandionException e) {
        LOG.warn("shard {} is told later: {}", shard.vchannel(), e.getMessage());
      }
    }
  }

  private CollectionInfo collection(long collectionId) {
    return ledger
        .catalog()
        .collection(collectionId)
        .orElseThrow(
            () ->
                PandionException.notFound(
                    Subject.COLLECTION, "collection " + collectionId + " does not exist"));
  }

  @Override
  public FlushTicket flush(long collectionId) {
    return tickets.issue(collection(collectionId));
  }

  @Override
  public boolean flushed(FlushTicket ticket) {
    return tickets.flushed(ticket);
  }

  @Override
  public Map<Long, Integer> loadProgress(long collectionId) {
    return new Reports(board.snapshot(), collection(collectionId)).load(attempts);
  }

  @Override
  public long compact(long collectionId) {
    CollectionInfo collection = collection(collectionId);
    PlanState state = board.snapshot();
    Set<Long> withDeletes = new HashSet<>();
    for (SegmentInfo s : ledger.live(collectionId)) {
      if (s.level() != SegmentInfo.Level.L0
          && !manifests
              .read(s.collectionId(), s.partitionId(), s.id(), s.manifestVersion())
              .files(FileRef.Kind.DELTALOG)
              .isEmpty()) {
        withDeletes.add(s.id());
      }
    }
    List<List<Long>> groups = new ArrayList<>();
    for (ShardInfo shard : collection.shards()) {
      groups.addAll(new Merges(state, collection, shard.vchannel()).byHand(withDeletes));
    }
    long id = ticks.next();
    board.ask(new ManualCompaction(id, groups, List.of(), 0, 0));
    executor.signal();
    return id;
  }

  /// A compaction that is not known (any more) is done, as in Milvus.
  @Override
  public CompactionStatus compaction(long compactionId) {
    return board
        .manual(compactionId)
        .map(ManualCompaction::status)
        .orElse(new CompactionStatus(true, 0, 0, 0, List.of()));
  }

  @Override
  public List<SegmentInfo> segments(long collectionId) {
    return ledger.live(collectionId);
  }

  @Override
  public List<IndexProgress> indexProgress(long collectionId) {
    return new Reports(board.snapshot(), collection(collectionId)).indexes(attempts);
  }

  @Override
  public void flushed(FlushReport report) {
    flushes.accept(report);
    // The log is cut behind the checkpoint next.
    snapshots.save();
    if (!report.segments().isEmpty()) {
      executor.signal();
    }
  }

  @Override
  public boolean logMoved(String pchannel, long term, LogEra log) {
    return logSwitch.moved(pchannel, term, log);
  }

  @Override
  public void logReleased(String pchannel, long term, long lsn) {
    logSwitch.released(pchannel, term, lsn);
    executor.signal();
  }

  @Override
  public void switchLog(String type, Consumer<String> progress) {
    if (!started) {
      throw PandionException.unavailable("the coordinator is starting; retry");
    }
    logSwitch.to(type, progress);
  }

  @Override
  public List<ChannelLog> logs() {
    return logSwitch.status();
  }

  /// Kind of log that all channels have, or are about to have.
  public String logType() {
    return shards.logType();
  }

  /// Stops planning. Attached nodes are the caller's.
  @Override
  public void close() {
    executor.close();
  }
}
