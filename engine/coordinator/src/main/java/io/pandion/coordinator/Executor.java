package io.pandion.coordinator;

import io.pandion.cluster.DataNode;
import io.pandion.cluster.DataNode.TaskStatus;
import io.pandion.cluster.QueryNode;
import io.pandion.cluster.TaskSpec;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.model.TimeTick;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries plans out. One thread plans whenever something happened, and now and then; each command
/// runs on a virtual thread of its own, one of a key at a time. Nothing is polled while no task
/// runs.
final class Executor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Executor.class);
  private static final int LOADS_PER_NODE = 4;

  private final Board board;
  private final Attempts attempts;
  private final Distributor distributor;
  private final DataTasks tasks;
  private final TaskCommits commits;
  private final TickOracle ticks;
  private final CoordinatorSettings settings;
  private final LongSupplier clock;
  private final Map<String, Runnable> chores = new ConcurrentHashMap<>();
  private final Map<String, QueryNode> queryNodes = new ConcurrentHashMap<>();
  private final Map<String, Semaphore> loadSlots = new ConcurrentHashMap<>();
  private final Map<String, Long> taskIds = new ConcurrentHashMap<>();
  private final Set<Thread> running = ConcurrentHashMap.newKeySet();
  private final Semaphore signals = new Semaphore(0);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread = Thread.ofPlatform().name("planner").daemon().unstarted(this::loop);
  private volatile boolean fenced;

  Executor(
      Board board,
      Attempts attempts,
      Distributor distributor,
      DataTasks tasks,
      TaskCommits commits,
      TickOracle ticks,
      CoordinatorSettings settings,
      LongSupplier clock) {
    this.board = board;
    this.attempts = attempts;
    this.distributor = distributor;
    this.tasks = tasks;
    this.commits = commits;
    this.ticks = ticks;
    this.settings = settings;
    this.clock = clock;
  }

  void attach(QueryNode node) {
    loadSlots.put(node.name(), new Semaphore(LOADS_PER_NODE));
    queryNodes.put(node.name(), node);
    board.attach(node.name());
    signal();
  }

  /// Something that every plan does; it must be quick when there is nothing to do.
  void chore(String name, Runnable chore) {
    chores.put("chore/" + name, chore);
  }

  void start() {
    thread.start();
  }

  /// Something happened: plan soon.
  void signal() {
    signals.release();
  }

  private void loop() {
    boolean quiet = true;
    while (closed.getCount() > 0 && !fenced) {
      try {
        if (quiet) {
          look();
        }
        pass();
      } catch (RuntimeException e) {
        warn("plan", e);
      }
      try {
        quiet = !signals.tryAcquire(attempts.pause(settings.planPeriod()), TimeUnit.MILLISECONDS);
        signals.drainPermits();
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void pass() {
    List<Command> commands = Planner.plan(board.snapshot());
    Set<String> wanted = commands.stream().map(Command::key).collect(Collectors.toSet());
    wanted.addAll(chores.keySet());
    attempts.retain(wanted);
    taskIds.keySet().removeIf(key -> !wanted.contains(key) && !attempts.isRunning(key));
    chores.forEach((name, chore) -> start(name, false, chore));
    commands.forEach(this::start);
  }

  /// Hears from query nodes what they have, and tells shards again what they serve: whatever went
  /// astray is found here.
  private void look() {
    Map<Long, Long> deleted = new HashMap<>();
    for (QueryNode node : queryNodes.values()) {
      List<Copy> before = board.copiesOn(node.name());
      Map<Long, QueryNode.LoadedSegment> there = new HashMap<>();
      node.loaded().forEach(s -> there.put(s.segmentId(), s));
      there.forEach((id, s) -> deleted.put(id, s.deletedRows()));
      List<Long> gone = new ArrayList<>();
      for (Copy copy : before) {
        long id = copy.segment().id();
        if (!there.containsKey(id) && !attempts.isRunning(Command.Load.key(id))) {
          gone.add(id);
        }
      }
      board.lost(node.name(), gone);
    }
    board.deletedRows(deleted);
    board.tellAgain();
  }

  private void start(Command command) {
    switch (command) {
      case Command.Load c -> load(c);
      case Command.BuildIndex c -> onDataNode(c.key(), node -> build(c, node));
      case Command.Compact c -> compact(c);
      case Command.Distribute c ->
          start(c.key(), false, () -> distributor.distribute(c.vchannel()));
      case Command.DropDeltas c ->
          start(c.key(), false, () -> commits.dropDeltas(board, c.vchannel()));
      case Command.StripIndexes c -> start(c.key(), false, () -> commits.stripped(c.segment()));
      case Command.Release c -> start(c.key(), false, () -> release(c));
    }
  }

  private void load(Command.Load c) {
    QueryNode node = queryNodes.get(c.node());
    Semaphore slots = loadSlots.get(c.node());
    if (node == null || slots == null || !slots.tryAcquire()) {
      return;
    }
    boolean started =
        start(
            c.key(),
            false,
            () -> {
              try {
                node.load(c.segment(), c.schema(), c.indexes(), c.deltas());
                board.loaded(
                    new Copy(c.segment(), c.node(), c.schema().version(), c.deltaLsn(), false));
              } finally {
                slots.release();
              }
            });
    if (!started) {
      slots.release();
    }
  }

  /// No distribution is under way while it is decided what nobody needs, and no copy is loaded
  /// again while it is released.
  private void release(Command.Release c) {
    List<Long> ids =
        c.segmentIds().stream().filter(id -> attempts.claim(Command.Load.key(id))).toList();
    try {
      List<Long> unneeded = new ArrayList<>(ids);
      Lock hiding = distributor.hiding();
      hiding.lock();
      try {
        unneeded.retainAll(
            Planner.plan(board.snapshot()).stream()
                .filter(p -> p instanceof Command.Release)
                .flatMap(p -> ((Command.Release) p).segmentIds().stream())
                .collect(Collectors.toSet()));
        board.released(c.node(), unneeded);
      } finally {
        hiding.unlock();
      }
      QueryNode node = queryNodes.get(c.node());
      if (node != null) {
        node.release(unneeded);
      }
    } finally {
      ids.forEach(id -> attempts.unclaim(Command.Load.key(id)));
    }
  }

  private void compact(Command.Compact c) {
    if (!board.claim(c)) {
      return;
    }
    boolean started =
        onDataNode(
            c.key(),
            node -> {
              try {
                merge(c, node);
              } catch (RuntimeException e) {
                if (attempts.last(c.key())) {
                  board.failed(c);
                }
                throw e;
              } finally {
                board.unclaim(c);
              }
            });
    if (!started) {
      board.unclaim(c);
    }
  }

  private void merge(Command.Compact c, DataNode node) {
    long target = taskId(c.key());
    long horizon =
        Math.max(0, TimeTick.of(Math.max(0, clock.getAsLong() - settings.deleteRetention()), 0));
    TaskSpec.Work work =
        new TaskSpec.Work.Compact(c.sources(), c.deltas(), c.schema(), target, horizon);
    board.writing(target, true);
    try {
      TaskStatus done = tasks.run(node, new TaskSpec(target, attempts.next(c.key()), work));
      board.merged(c, commits.compacted(c, target, done));
    } finally {
      board.writing(target, false);
    }
  }

  private void build(Command.BuildIndex c, DataNode node) {
    TaskSpec.Work work = new TaskSpec.Work.BuildIndex(c.segment(), c.schema(), c.index());
    TaskSpec task = new TaskSpec(taskId(c.key()), attempts.next(c.key()), work);
    commits.indexed(c.segment(), c.index(), tasks.run(node, task));
  }

  /// Later attempts of a task have the same id.
  private long taskId(String key) {
    return taskIds.computeIfAbsent(key, _ -> ticks.next());
  }

  private boolean onDataNode(String key, java.util.function.Consumer<DataNode> work) {
    if (attempts.isRunning(key)) {
      return false;
    }
    Optional<DataNode> node = tasks.reserve();
    if (node.isEmpty()) {
      return false;
    }
    boolean started =
        start(
            key,
            true,
            () -> {
              try {
                work.accept(node.get());
              } finally {
                tasks.free(node.get());
              }
            });
    if (!started) {
      tasks.free(node.get());
    }
    return started;
  }

  private boolean start(String key, boolean limited, Runnable work) {
    if (closed.getCount() == 0 || !attempts.begin(key, limited)) {
      return false;
    }
    Thread worker = Thread.ofVirtual().name(key).unstarted(() -> run(key, work));
    running.add(worker);
    worker.start();
    return true;
  }

  private void run(String key, Runnable work) {
    @Nullable RuntimeException failure = null;
    try {
      work.run();
    } catch (RuntimeException e) {
      failure = e;
    } finally {
      running.remove(Thread.currentThread());
    }
    if (failure == null) {
      attempts.succeeded(key);
    } else {
      attempts.failed(key, failure);
      warn(key, failure);
    }
    if (failure != null || !chores.containsKey(key)) {
      signal();
    }
  }

  private void warn(String what, RuntimeException e) {
    if (e instanceof PandionException p
        && p.reason() == Reason.FENCED
        && p.subject() == PandionException.Subject.NONE) {
      fenced = true;
      LOG.warn("{}: {}; this coordinator plans no more", what, e.getMessage());
    } else if (closed.getCount() > 0) {
      LOG.warn("{} failed and will be tried again: {}", what, e.toString());
    }
  }

  /// Stops planning; commands under way are interrupted and waited for.
  @SuppressWarnings("Interruption") // the threads are ours and stop only here
  @Override
  public void close() {
    closed.countDown();
    tasks.close();
    thread.interrupt();
    try {
      if (thread.isAlive()) {
        thread.join();
      }
      for (Thread worker : running) {
        worker.interrupt();
      }
      for (Thread worker : running) {
        worker.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
