package io.pandion.wal.objectstore;

import io.pandion.model.PandionException;
import io.pandion.storage.ObjectStore;
import io.pandion.wal.objectstore.CommitPlanner.Command;
import io.pandion.wal.objectstore.CommitPlanner.Reply;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Acts for [CommitPlanner]: one thread that seals objects and completes appends, and a virtual
/// thread for each request under way. Idle, the thread sleeps without a limit and no request is
/// made.
///
/// All methods but the constructor and [#close] are called with the lock held.
final class StreamWriter {
  /// An object that is not durable yet.
  @SuppressWarnings("ArrayRecordComponent") // never compared by value
  private record Sealed(byte[] bytes, Slot slot, List<WaitingRun> runs) {}

  private final StreamId id;
  private final ObjectStore store;
  private final ObjectWalSettings settings;
  private final Threads threads;
  private final CommitPlanner planner;
  private final SlotBuilder builder;
  private final StreamIndex index;
  private final ObjectCache cache;
  private final ExecutorService io;
  private final BiConsumer<StreamWriter, Long> onEnded;
  private final ReentrantLock lock;
  private final Condition changed;
  private final Condition room;
  private final Condition stopped;
  private final Thread thread;
  private final StreamEntry entry = new StreamEntry();

  // Guarded by the lock.
  private final Deque<WaitingObject> waiting = new ArrayDeque<>();
  private final NavigableMap<Long, Sealed> sealed = new TreeMap<>();
  private final Deque<Command> commands = new ArrayDeque<>();
  private long unackedBytes;
  private long acknowledged;
  private int previous;
  private boolean flush;
  private boolean closing;
  private boolean abandoned;
  private boolean hasStopped;
  private @Nullable Throwable lastFailure;

  /// @param onEnded hears once, on the writer's thread and without the lock, when another ended the
  ///   stream, and at which slot
  StreamWriter(
      StreamIndex index,
      long writer,
      ObjectStore store,
      ObjectWalSettings settings,
      Threads threads,
      CommitPlanner planner,
      ObjectCache cache,
      ExecutorService io,
      ReentrantLock lock,
      BiConsumer<StreamWriter, Long> onEnded) {
    this.id = index.stream();
    this.index = index;
    this.store = store;
    this.settings = settings;
    this.threads = threads;
    this.planner = planner;
    this.builder = new SlotBuilder(id, writer);
    this.cache = cache;
    this.io = io;
    this.lock = lock;
    this.onEnded = onEnded;
    this.changed = lock.newCondition();
    this.room = lock.newCondition();
    this.stopped = lock.newCondition();
    this.thread = threads.thread("wal-" + id.text().substring(0, 8), this::run);
  }

  void start() {
    thread.start();
  }

  StreamId id() {
    return id;
  }

  StreamIndex index() {
    return index;
  }

  SlotBuilder builder() {
    return builder;
  }

  /// Whether another ended the stream.
  boolean dead() {
    return planner.dead();
  }

  /// Slot of the next object: nothing that is added from now on lies before it.
  long nextSlot() {
    return planner.nextSlot();
  }

  /// Called without the lock, too.
  StreamEntry entry() {
    return entry;
  }

  /// All slots below are durable, and their channels and the index know them. The planner's own
  /// mark is ahead of it until this thread has had its turn.
  long acknowledged() {
    return acknowledged;
  }

  boolean onThread() {
    return Thread.currentThread() == thread;
  }

  /// Bytes that are not durable yet.
  long unackedBytes() {
    return unackedBytes;
  }

  /// How long the oldest object has not become durable, in nanoseconds.
  long stalledFor() {
    long oldest = planner.oldest();
    return oldest == Long.MAX_VALUE ? 0 : threads.nanos() - oldest;
  }

  /// Why the last request failed, or null when it did not.
  @Nullable Throwable lastFailure() {
    return lastFailure;
  }

  /// Signalled when bytes have become durable, or the stream has ended.
  Condition room() {
    return room;
  }

  /// Adds records of a channel.
  void add(WaitingObject.Chunk chunk) {
    long before = waitingBytes();
    WaitingObject last = waiting.peekLast();
    if (last == null
        || (last.bytes() > 0 && last.bytes() + chunk.bytes().length > settings.objectBytes())) {
      last = new WaitingObject();
      waiting.add(last);
    }
    last.add(chunk);
    unackedBytes += chunk.charge();
    // the thread sleeps until the window ends, or longer: only these change when it has to wake
    if (before == 0 || (before < settings.sealBytes() && waitingBytes() >= settings.sealBytes())) {
      changed.signal();
    }
  }

  /// What waits is sealed without delay.
  void flush() {
    flush = true;
    changed.signal();
  }

  private long waitingBytes() {
    WaitingObject first = waiting.peekFirst();
    if (first == null) {
      return 0;
    }
    // a full one has another behind it
    return waiting.size() > 1 ? Math.max(first.bytes(), settings.sealBytes()) : first.bytes();
  }

  private void run() {
    lock.lock();
    try {
      while (!finished()) {
        long now = threads.nanos();
        if (commands.isEmpty()) {
          // what was found due before is done first: it changes what is due
          commands.addAll(planner.due(now, waitingBytes(), flush || closing));
        }
        Command next = commands.poll();
        if (next == null) {
          await(planner.wakeAt(now, waitingBytes(), flush || closing), now);
        } else {
          execute(next, now);
        }
      }
    } finally {
      hasStopped = true;
      stopped.signalAll();
      lock.unlock();
    }
  }

  private boolean finished() {
    boolean done = planner.idle() && (waiting.isEmpty() || planner.dead());
    return abandoned || (closing && commands.isEmpty() && done);
  }

  @SuppressWarnings("WaitNotInLoop") // the caller looks again at everything
  private void await(long until, long now) {
    try {
      if (until == Long.MAX_VALUE) {
        changed.await();
      } else if (until > now) {
        long _ = threads.await(lock, changed, until - now);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this thread", e);
    }
  }

  private void execute(Command command, long now) {
    switch (command) {
      case Command.Seal _ -> seal(now);
      case Command.Put put -> put(put.slot());
      case Command.Verify verify -> verify(verify.slot());
      case Command.Acknowledge ack -> acknowledge(ack.below());
      case Command.Ended ended -> {
        room.signalAll();
        unlocked(() -> onEnded.accept(this, ended.end()));
      }
    }
  }

  /// Runs without the lock; whoever waits for it is not kept by what is slow.
  private void unlocked(Runnable action) {
    lock.unlock();
    try {
      action.run();
    } finally {
      lock.lock();
    }
  }

  private void seal(long now) {
    WaitingObject object = waiting.poll();
    if (object == null) {
      return;
    }
    flush &= !waiting.isEmpty();
    long slot = planner.sealed(now);
    SlotBuilder.Built[] built = new SlotBuilder.Built[1];
    int before = previous;
    unlocked(
        () -> {
          built[0] = builder.data(slot, before, object.built());
          cache.put(id.object(slot), built[0].bytes());
        });
    previous = built[0].slot().checksum();
    sealed.put(slot, new Sealed(built[0].bytes(), built[0].slot(), object.runs()));
    put(slot);
  }

  private void put(long slot) {
    Sealed object = sealed.get(slot);
    if (object != null && slot < planner.end()) {
      submit(slot, () -> create(id.object(slot), object.bytes));
    }
  }

  private void verify(long slot) {
    Sealed object = sealed.get(slot);
    if (object != null) {
      submit(slot, () -> whose(id.object(slot), object.bytes));
    }
  }

  private void submit(long slot, java.util.function.Supplier<Reply> request) {
    try {
      io.execute(() -> reply(slot, request));
    } catch (RejectedExecutionException e) {
      // The provider was closed without waiting: nobody listens any more.
      return;
    }
  }

  private void reply(long slot, java.util.function.Supplier<Reply> request) {
    Reply reply;
    Throwable failure = null;
    try {
      reply = request.get();
    } catch (PandionException e) {
      failure = e;
      reply = e.reason() == PandionException.Reason.QUOTA_EXCEEDED ? Reply.SLOW_DOWN : Reply.RETRY;
    } catch (RuntimeException e) {
      failure = e;
      reply = Reply.RETRY;
    }
    lock.lock();
    try {
      lastFailure = failure;
      commands.addAll(planner.replied(slot, reply, threads.nanos()));
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  private Reply create(String name, byte[] bytes) {
    return store.putIfAbsent(name, bytes) ? Reply.CREATED : Reply.TAKEN;
  }

  /// The header says all: stream, slot, writer, the checksum of the slot before, and its own.
  private Reply whose(String name, byte[] bytes) {
    byte[] found = store.read(name, 0, SlotFormat.HEADER);
    return java.util.Arrays.equals(found, 0, SlotFormat.HEADER, bytes, 0, SlotFormat.HEADER)
        ? Reply.OWN
        : Reply.FOREIGN;
  }

  private void acknowledge(long below) {
    List<WaitingRun> durable = new ArrayList<>();
    NavigableMap<Long, Sealed> done = sealed.headMap(below, false);
    for (Sealed object : done.values()) {
      index.add(object.slot);
      for (WaitingRun run : object.runs) {
        unackedBytes -= run.charge();
        run.wal().durable(object.slot.number(), run.lastSeq(), run.lastTick());
        durable.add(run);
      }
    }
    done.clear();
    long before = acknowledged;
    acknowledged = Math.max(acknowledged, below);
    room.signalAll();
    unlocked(() -> durable.forEach(WaitingRun::complete));
    index.sumUp(before, acknowledged);
    room.signalAll();
  }

  /// Takes out all that is not durable, in order: what was sealed is cut out of its object again.
  List<WaitingObject.Chunk> takeRest() {
    List<WaitingObject.Chunk> rest = new ArrayList<>();
    for (Sealed object : sealed.values()) {
      for (WaitingRun run : object.runs) {
        Part part = java.util.Objects.requireNonNull(object.slot.part(run.wal().pchannel()));
        rest.add(run.chunk(object.bytes, part));
      }
      cache.remove(id.object(object.slot.number()));
    }
    sealed.clear();
    waiting.forEach(object -> rest.addAll(object.chunks()));
    waiting.clear();
    unackedBytes = 0;
    changed.signal();
    return rest;
  }

  /// Stops when all that was added is durable, or the stream has ended.
  ///
  /// @return whether it stopped in that time
  boolean close(long timeoutMillis) {
    lock.lock();
    try {
      closing = true;
      changed.signal();
      long left = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
      while (!hasStopped && left > 0 && !onThread()) {
        left = threads.await(lock, stopped, left);
      }
      return hasStopped || onThread();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /// Stops at once.
  ///
  /// @return what is not durable, or not known to be
  List<WaitingObject.Chunk> abandon() {
    lock.lock();
    try {
      abandoned = true;
      changed.signal();
      return takeRest();
    } finally {
      lock.unlock();
    }
  }
}
