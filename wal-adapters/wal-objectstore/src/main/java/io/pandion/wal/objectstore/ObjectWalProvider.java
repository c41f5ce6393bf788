package io.pandion.wal.objectstore;

import io.pandion.meta.MetaStore;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.storage.ObjectStore;
import io.pandion.storage.RetryingObjectStore;
import io.pandion.wal.Wal;
import io.pandion.wal.WalProvider;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

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
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,200}");
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final ObjectWalSettings settings;
  private final Threads threads;
  private final WalMeta meta;
  private final BodyCompressor compressor = new BodyCompressor();
  private final KnownStreams known;
  private final OwnStreams own;
  private final OneCommitMode mode;
  private final BucketCheck bucket;
  private final TakeOver takeOver;
  private final Trimmer trimmer;
  private final Survivors survivors;
  private final ChannelRemoval removal;
  private final ExecutorService io;

  /// Guards what is in memory; never held while a request is under way.
  private final ReentrantLock lock;

  /// Held while a channel changes hands, with its requests.
  private final ReentrantLock opening;

  private final Map<String, ObjectWal> open = new ConcurrentHashMap<>();
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
      MetaStore metaStore,
      ObjectWalSettings settings,
      String node,
      Threads threads,
      RandomGenerator random,
      Deciders deciders) {
    long writer = random.nextLong();
    this.mode = new OneCommitMode(metaStore, settings.commit());
    this.meta = deciders.meta(mode);
    Optional<MetaNamedObjects> named =
        settings.commit() == ObjectWalSettings.Commit.META
            ? Optional.of(deciders.named(store, metaStore, writer, new Collected(meta)))
            : Optional.empty();
    ObjectStore objects = named.<ObjectStore>map(n -> n).orElse(store);
    // For all but the objects of the log: their writers repeat by rules of their own.
    ObjectStore patient = new RetryingObjectStore(objects, PATIENCE, threads::pause);
    ObjectStore patientBucket = new RetryingObjectStore(store, PATIENCE, threads::pause);
    ObjectCache cache = new ObjectCache(settings.cacheBytes());
    StreamFence fence = deciders.fence(patient, writer);
    this.settings = settings;
    this.threads = threads;
    this.lock = threads.lock();
    this.opening = threads.lock();
    this.io = threads.requests();
    this.known =
        new KnownStreams(
            patient,
            cache,
            io,
            deciders.lowWater(meta, patient),
            deciders.rollUps(),
            named.map(n -> new Strays(patientBucket, n, meta)));
    this.own =
        new OwnStreams(
            objects,
            meta,
            known,
            settings,
            threads,
            deciders,
            random,
            writer,
            cache,
            io,
            lock,
            this::ended);
    this.bucket = new BucketCheck(patientBucket, meta, mode, named, own::newName, io);
    this.takeOver = new TakeOver(meta, own, known, fence, node);
    this.trimmer = new Trimmer(meta, lock, known, deciders.idleExtents());
    this.survivors = new Survivors(meta, lock);
    this.removal = new ChannelRemoval(meta, own, known, fence);
  }

  @Override
  public String name() {
    return "object";
  }

  /// Opens a log, or makes it.
  ///
  /// @throws PandionException FENCED when a higher term was opened before, UNSUPPORTED when the
  ///   store does not create objects once only and has to, CORRUPT_DATA when an object is damaged
  ///   or missing, UNAVAILABLE_RETRY when the store does not answer, INVALID_REQUEST for a name
  ///   that is not `[A-Za-z0-9_-]{1,200}`, a negative term, or logs that are kept in the other mode
  @Override
  public Wal open(String pchannel, long term, long firstLsn) {
    checkName(pchannel);
    if (term < 0) {
      throw PandionException.invalid("channel " + pchannel + ": term " + term + " is negative");
    }
    mode.require();
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
        bucket.require();
        // Another opening in this process may have been faster, and been written to since.
        ObjectWal earlier = open.get(pchannel);
        if (earlier == null || earlier.isDrained()) {
          return taken(pchannel, term, firstLsn);
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
      bucket.require();
    } finally {
      opening.unlock();
    }
  }

  @Override
  public void remove(String pchannel) {
    checkName(pchannel);
    mode.require();
    ObjectWal mine = open.get(pchannel);
    if (mine != null) {
      mine.close();
    }
    opening.lock();
    try {
      removal.remove(pchannel);
    } finally {
      opening.unlock();
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

  private ObjectWal taken(String pchannel, long term, long firstLsn) {
    TakeOver.Taken taken = takeOver.take(pchannel, term, firstLsn);
    ObjectWal wal = new ObjectWal(this, settings, lock, pchannel, taken.record(), taken.stream());
    open.put(pchannel, wal);
    return wal;
  }

  private void ended(StreamWriter dead, long end) {
    try {
      io.execute(() -> move(dead, end));
    } catch (RejectedExecutionException e) {
      // The provider was closed meanwhile.
      OwnStreams.abandon(dead);
    }
  }

  /// Another node ended a stream.
  private void move(StreamWriter dead, long end) {
    opening.lock();
    try {
      own.forget(dead);
      if (own.isClosed()) {
        OwnStreams.abandon(dead);
        return;
      }
      survivors
          .move(dead, end, own.live(), open.values())
          .forEach(w -> open.remove(w.pchannel(), w));
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
          r -> r.endLast(ended.toSlot(), ended.lastSeq(), ended.lastTick()));
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
            trimmer.trim(wal, open.values());
          } finally {
            opening.unlock();
          }
        });
  }

  /// What is known of a stream.
  StreamIndex index(String stream) {
    return known.index(stream);
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
      own.close();
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
}
