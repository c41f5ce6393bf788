package io.pandion.wal.objectstore;

import io.pandion.meta.MetaStore;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.storage.ConditionalCreateProbe;
import io.pandion.storage.ObjectStore;
import io.pandion.storage.RetryingObjectStore;
import io.pandion.wal.Wal;
import io.pandion.wal.WalProvider;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Logs in an object store, without a disk and without another service: [SlotFormat] specifies the
/// objects, `docs/object-wal.md` the protocol.
///
/// A provider is one incarnation of a node. All its channels share one stream of objects, so that
/// many channels cost as many requests as one. An opening fences every earlier one, also of the
/// same term, in this process and in others that share the store. When another node takes a channel
/// over, this stream ends; the channels that this node still owns go on in a new one and lose
/// nothing. Any number of threads.
public final class ObjectWalProvider implements WalProvider {
  private static final long CLOSE_SECONDS = 10;
  private static final long SETTLE_NANOS = 20_000_000;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,200}");
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final ObjectStore store;

  /// The same store for all but the objects of the log, whose writers repeat by rules of their own.
  private final ObjectStore patient;

  private final ObjectWalSettings settings;
  private final String node;
  private final Threads threads;
  private final Deciders deciders;
  private final RandomGenerator random;
  private final long writer;
  private final WalMeta meta;
  private final ObjectCache cache;
  private final BodyCompressor compressor = new BodyCompressor();
  private final LowWater lowWater;
  private final Trimmer trimmer;
  private final Survivors survivors;
  private final StreamFence fence;
  private final ExecutorService io;

  /// Guards what is in memory; never held while a request is under way.
  private final ReentrantLock lock;

  /// Held while a channel changes hands, with its requests.
  private final ReentrantLock opening;

  private final Map<String, StreamIndex> indexes = new ConcurrentHashMap<>();
  private final Map<String, ObjectWal> open = new ConcurrentHashMap<>();

  /// Streams whose writers may still have something to do. Guarded by `opening`.
  private final Set<StreamWriter> streams = new LinkedHashSet<>();

  private @Nullable StreamWriter current;
  private boolean probed;
  private boolean closed;

  /// @param node name of this node, for people
  /// @param nanos a clock that does not go back
  /// @param random for names of streams, and pauses between attempts
  public ObjectWalProvider(
      ObjectStore store,
      MetaStore meta,
      ObjectWalSettings settings,
      String node,
      LongSupplier nanos,
      RandomGenerator random) {
    this(store, meta, settings, node, new JdkThreads(nanos), random, new Deciders());
  }

  ObjectWalProvider(
      ObjectStore store,
      MetaStore meta,
      ObjectWalSettings settings,
      String node,
      Threads threads,
      RandomGenerator random,
      Deciders deciders) {
    this.store = store;
    this.settings = settings;
    this.node = node;
    this.threads = threads;
    this.deciders = deciders;
    this.random = random;
    this.writer = random.nextLong();
    this.lock = threads.lock();
    this.opening = threads.lock();
    this.io = threads.requests();
    this.meta = deciders.meta(meta);
    this.cache = new ObjectCache(settings.cacheBytes());
    this.patient = new RetryingObjectStore(store, PATIENCE, threads::pause);
    this.lowWater = deciders.lowWater(this.meta, patient);
    this.trimmer = new Trimmer(this.meta, lock, this::index, this::collect);
    this.survivors = new Survivors(this.meta, lock);
    this.fence = deciders.fence(store, writer, threads::pause);
  }

  @Override
  public String name() {
    return "object";
  }

  /// Opens a log, or makes it.
  ///
  /// @throws PandionException FENCED when a higher term was opened before, UNSUPPORTED when the
  ///   store does not create objects once only, CORRUPT_DATA when an object is damaged or missing,
  ///   UNAVAILABLE_RETRY when the store does not answer, INVALID_REQUEST for a name that is not
  ///   `[A-Za-z0-9_-]{1,200}` or a negative term
  @Override
  public Wal open(String pchannel, long term, long firstLsn) {
    checkName(pchannel);
    if (term < 0) {
      throw PandionException.invalid("channel " + pchannel + ": term " + term + " is negative");
    }
    ChannelRecord before = meta.channel(pchannel);
    if (before.term() > term) {
      throw WalMeta.fenced(pchannel, term, before);
    }
    while (true) {
      handOver(pchannel, term);
      opening.lock();
      try {
        if (closed) {
          throw PandionException.unavailable("the log provider is closed");
        }
        probe();
        // Another opening in this process may have been faster, and been written to since.
        ObjectWal earlier = open.get(pchannel);
        if (earlier == null || earlier.isDrained()) {
          return takeOver(pchannel, term, firstLsn);
        }
      } finally {
        opening.unlock();
      }
    }
  }

  private static void checkName(String pchannel) {
    if (!NAME.matcher(pchannel).matches()) {
      throw PandionException.invalid(
          "'" + pchannel + "' is not a name of a channel: use 1 to 200 of A-Z a-z 0-9 _ -");
    }
  }

  @Override
  public void prepare(String pchannel) {
    checkName(pchannel);
    opening.lock();
    try {
      probe();
    } finally {
      opening.unlock();
    }
  }

  @Override
  public void remove(String pchannel) {
    checkName(pchannel);
    ObjectWal mine = open.get(pchannel);
    if (mine != null) {
      mine.close();
    }
    opening.lock();
    try {
      new ChannelRemoval(meta, this::isLive, fence, this::index, this::collect).remove(pchannel);
    } finally {
      opening.unlock();
    }
  }

  /// Whether this provider writes a stream.
  private boolean isLive(String stream) {
    lock.lock();
    try {
      return current != null && !current.dead() && current.id().text().equals(stream);
    } finally {
      lock.unlock();
    }
  }

  /// Ends an earlier opening in this process: what it was given becomes durable first.
  private void handOver(String pchannel, long term) {
    ObjectWal earlier = open.get(pchannel);
    if (earlier == null) {
      return;
    }
    PandionException fenced =
        new PandionException(
            Reason.FENCED,
            PandionException.Subject.CHANNEL,
            "channel "
                + pchannel
                + ": term "
                + earlier.term()
                + " is fenced by a later opening, of term "
                + term);
    if (!earlier.drain(fenced)) {
      throw PandionException.unavailable(
          "channel " + pchannel + ": what the opening before wrote does not become durable; retry");
    }
  }

  private void probe() {
    if (probed) {
      return;
    }
    StreamId name;
    lock.lock();
    try {
      name = StreamId.random(random);
    } finally {
      lock.unlock();
    }
    ConditionalCreateProbe.check(patient, "wal/probe/" + name.text(), io);
    requireNoLostLog();
    probed = true;
  }

  /// Without its entries in the meta store a log is not found again: to begin an empty one beside
  /// it would lose its rows in silence.
  private void requireNoLostLog() {
    if (!meta.isEmpty()) {
      return;
    }
    for (String object : patient.list("wal/v1/")) {
      if (holdsRecords(object) && meta.isEmpty()) {
        throw PandionException.corrupt(
            "the bucket holds a log ("
                + object
                + " and others), but the meta store knows of none: restore the meta store from its"
                + " backup; or, to give up what was not flushed, remove wal/v1/ from the bucket");
      }
    }
  }

  private boolean holdsRecords(String object) {
    try {
      return patient.size(object) > SlotFormat.EMPTY;
    } catch (PandionException e) {
      if (e.reason() == Reason.NOT_FOUND) {
        // Another node opened a log since, and has collected this already.
        return false;
      }
      throw e;
    }
  }

  private ObjectWal takeOver(String pchannel, long term, long firstLsn) {
    ChannelRecord raised = meta.raise(pchannel, term, node, firstLsn);
    StreamWriter stream = live();
    Map<String, UnaryOperator<StreamRecord>> streams = new HashMap<>();
    ChannelRecord ended = raised;
    if (!raised.extents().isEmpty() && raised.extents().getLast().isOpen()) {
      Extent last = raised.extents().getLast();
      long end = last.stream().equals(stream.id().text()) ? settled(stream) : -1;
      if (end < 0) {
        // Another stream, or this one was ended by another node just now.
        stream = live();
        long fenced = fence.end(index(last.stream()), last.fromSlot());
        streams.put(last.stream(), r -> r.ended(StreamRecord.State.FENCED, fenced));
        end = fenced;
      }
      ended = end(pchannel, raised, end);
    }
    long from = acknowledged(stream);
    Extent extent = Extent.open(term, stream.id(), from, ended.nextSeq(), ended.highestTick());
    ChannelRecord next = ended.add(extent);
    streams.put(stream.id().text(), r -> r);
    ChannelRecord written = meta.change(pchannel, term, raised.opening(), r -> next, streams);
    ObjectWal wal = new ObjectWal(this, settings, lock, pchannel, written, stream);
    open.put(pchannel, wal);
    return wal;
  }

  /// Ends the last extent at a slot, with what its slots say.
  private ChannelRecord end(String pchannel, ChannelRecord record, long end) {
    Extent last = record.extents().getLast();
    long seq = last.firstSeq() - 1;
    long tick = last.tickBefore();
    for (Slot slot : index(last.stream()).known(last.fromSlot(), end)) {
      Part part = slot.part(pchannel);
      if (part != null) {
        seq = part.lastSeq();
        tick = part.lastTick();
      }
    }
    return record.endLast(end, seq, tick);
  }

  /// Waits until all slots that were sent are known to be there: another node's fence may still
  /// take the place of one of them.
  ///
  /// @return the slot behind them, or -1 when the stream has ended
  /// @throws PandionException UNAVAILABLE_RETRY when the store does not answer in time
  private long settled(StreamWriter stream) {
    lock.lock();
    try {
      long sent = stream.nextSlot();
      long end = threads.nanos() + settings.stall().toNanos();
      while (!stream.dead() && stream.acknowledged() < sent) {
        if (threads.nanos() >= end) {
          throw PandionException.unavailable(
              "the object store does not answer writes of stream " + stream.id() + "; retry");
        }
        long _ = threads.await(lock, stream.room(), SETTLE_NANOS);
      }
      return stream.dead() ? -1 : sent;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw PandionException.unavailable("interrupted while stream " + stream.id() + " settled");
    } finally {
      lock.unlock();
    }
  }

  /// Where an extent begins: all slots before are there, so that who ends the stream from here on,
  /// or from the start of another channel's extent, finds the same first hole.
  private long acknowledged(StreamWriter stream) {
    lock.lock();
    try {
      return stream.acknowledged();
    } finally {
      lock.unlock();
    }
  }

  private long nextSlot(StreamWriter stream) {
    lock.lock();
    try {
      return stream.nextSlot();
    } finally {
      lock.unlock();
    }
  }

  /// The stream that is written now; a new one when another ended the last. With `opening` held.
  private StreamWriter live() {
    lock.lock();
    try {
      StreamWriter now = current;
      if (now == null || now.dead()) {
        StreamIndex index = index(StreamId.random(random).text());
        now =
            new StreamWriter(
                index,
                writer,
                store,
                settings,
                threads,
                deciders.planner(settings, random),
                cache,
                io,
                lock,
                this::ended);
        current = now;
        streams.add(now);
        now.start();
      }
      return now;
    } finally {
      lock.unlock();
    }
  }

  private void ended(StreamWriter dead, long end) {
    try {
      io.execute(() -> move(dead, end));
    } catch (RejectedExecutionException e) {
      // The provider was closed meanwhile.
      abandon(dead);
    }
  }

  /// Another node ended a stream.
  private void move(StreamWriter dead, long end) {
    opening.lock();
    try {
      streams.remove(dead);
      if (closed && current == null) {
        abandon(dead);
        return;
      }
      survivors.move(dead, end, live(), open.values()).forEach(w -> open.remove(w.pchannel(), w));
      boolean _ = dead.close(0);
    } finally {
      opening.unlock();
    }
  }

  /// A log was closed: its extent ends without a fence.
  void closed(ObjectWal wal, boolean drained) {
    opening.lock();
    try {
      // What is still under way may become durable: then the next opening waits for it.
      if (!drained || !open.remove(wal.pchannel(), wal)) {
        return;
      }
      Extent ended;
      lock.lock();
      try {
        if (wal.hasFailed()) {
          return;
        }
        ended = wal.endedNow();
      } finally {
        lock.unlock();
      }
      meta.change(
          wal.pchannel(),
          wal.term(),
          wal.opening(),
          r -> r.endLast(ended.toSlot(), ended.lastSeq(), ended.lastTick()),
          Map.of());
    } catch (PandionException e) {
      // All that was acknowledged is durable; the next opening finds the end by itself.
      return;
    } finally {
      opening.unlock();
    }
  }

  /// Removes what a log does not need any more, in the background.
  void trim(ObjectWal wal) {
    io.execute(
        () -> {
          opening.lock();
          try {
            trimmer.trim(wal);
          } finally {
            opening.unlock();
          }
        });
  }

  /// What is known of a stream.
  StreamIndex index(String stream) {
    return indexes.computeIfAbsent(
        stream, s -> new StreamIndex(StreamId.parse(s), patient, cache, io));
  }

  ExecutorService io() {
    return io;
  }

  Threads threads() {
    return threads;
  }

  BodyCompressor compressor() {
    return compressor;
  }

  /// Removes what a stream holds below what any channel needs, and what is known of it here.
  private void collect(String stream, long released) {
    long low = lowWater.collect(StreamId.parse(stream), released);
    if (low >= 0) {
      index(stream).forgetBelow(low);
    } else {
      indexes.remove(stream);
    }
  }

  /// Closes every log that is still open, and the stream.
  @Override
  public void close() {
    opening.lock();
    try {
      closed = true; // no log is opened from now on
    } finally {
      opening.unlock();
    }
    List.copyOf(open.values()).forEach(ObjectWal::close);
    opening.lock();
    try {
      StreamWriter last = current;
      current = null;
      if (last != null) {
        end(last);
      }
      // those that others ended and whose channels did not get to a new one
      List.copyOf(streams).forEach(ObjectWalProvider::abandon);
    } finally {
      opening.unlock();
    }
    compressor.close();
    io.shutdown();
    try {
      if (!io.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        io.shutdownNow();
      }
    } catch (InterruptedException e) {
      io.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  private static void abandon(StreamWriter stream) {
    List<WaitingObject.Chunk> rest = stream.abandon();
    PandionException unknown =
        new PandionException(
            Reason.OUTCOME_UNKNOWN,
            PandionException.Subject.CHANNEL,
            "the log was closed before the write was known to be durable");
    rest.forEach(chunk -> chunk.waiters().forEach(w -> w.completeExceptionally(unknown)));
  }

  private void end(StreamWriter stream) {
    if (!stream.close(settings.stall().toMillis())) {
      abandon(stream);
      return;
    }
    try {
      long slot = nextSlot(stream);
      String name = stream.id().object(slot);
      if (!stream.dead()
          && (slot == 0 || store.putIfAbsent(name, stream.builder().close(slot).bytes()))) {
        meta.changeStream(stream.id().text(), r -> r.ended(StreamRecord.State.CLOSED, slot));
        collect(stream.id().text(), slot);
      }
    } catch (PandionException e) {
      // The next opening of a channel ends the stream.
      return;
    }
  }
}
