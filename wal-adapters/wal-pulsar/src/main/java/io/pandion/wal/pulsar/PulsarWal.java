package io.pandion.wal.pulsar;

import io.pandion.wal.AppendsUnderWay;
import io.pandion.wal.Wal;
import io.pandion.wal.WalHeading;
import io.pandion.wal.WalMessage;
import io.pandion.wal.WalReader;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.pulsar.client.api.MessageId;
import org.apache.pulsar.client.api.Producer;
import org.apache.pulsar.client.api.PulsarClientException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One opened log: the reign that begins with the fence at a known position.
///
/// The broker lets only the youngest exclusive producer write, so that what it confirms lies in
/// this reign. When a message fails, Pulsar's client has given up all that it holds, and nothing
/// more is sent: all that is under way has an unknown outcome, or was fenced.
///
/// Futures complete on a thread of the log's own, for Pulsar's threads must not wait.
final class PulsarWal implements Wal {
  private static final Logger LOG = LoggerFactory.getLogger(PulsarWal.class);
  private static final int TRUNCATION_SECONDS = 10;

  private final long term;
  private final long beginLsn;
  private final String reign;
  private final PulsarLog log;
  private final PulsarMarks marks;
  private final Producer<byte[]> producer;
  private final Consumer<PulsarWal> onClose;
  private final AppendsUnderWay appends;
  private final ExecutorService own;
  private final ExecutorService truncations;
  private final Queue<Runnable> actions = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waitingActions = new AtomicInteger();

  // Touched by the log's own thread only.
  private MessageId before;

  /// @param beginLsn lsn of the first message that the log ever had
  PulsarWal(
      long term,
      MessageId fence,
      long beginLsn,
      PulsarLogEnd end,
      PulsarLog log,
      PulsarMarks marks,
      Producer<byte[]> producer,
      Consumer<PulsarWal> onClose,
      LongSupplier nanos) {
    this.term = term;
    this.beginLsn = beginLsn;
    this.reign = PulsarRecords.position(fence);
    this.before = fence;
    this.log = log;
    this.marks = marks;
    this.producer = producer;
    this.onClose = onClose;
    this.appends = new AppendsUnderWay(log.pchannel(), term, end.nextLsn(), end.lastTick(), nanos);
    this.own =
        Executors.newSingleThreadExecutor(
            Thread.ofVirtual().name("wal-" + log.pchannel()).factory());
    this.truncations =
        Executors.newSingleThreadExecutor(
            Thread.ofVirtual().name("wal-truncate-" + log.pchannel()).factory());
  }

  String pchannel() {
    return log.pchannel();
  }

  @Override
  public long nextLsn() {
    return appends.nextLsn();
  }

  @Override
  public long lastTick() {
    return appends.lastTick();
  }

  /// @throws IllegalArgumentException also when a term is not the log's or a tick does not rise
  @Override
  public CompletableFuture<Void> append(List<WalMessage> batch) {
    AppendsUnderWay.Batch made = appends.begin(batch);
    if (!made.refused()) {
      try {
        made.messages().forEach(this::send);
        if (made.alone()) {
          // What was collected goes now: nobody will join it. Behind others the client collects for
          // a millisecond, or until a batch is full.
          var _ = producer.flushAsync();
        }
      } catch (RuntimeException e) {
        then(() -> fail(e));
      }
    }
    return made.future();
  }

  private void send(WalMessage message) {
    WalHeading heading = WalHeading.of(message.body());
    int parts = PulsarRecords.parts(message);
    for (int n = 0; n < parts; n++) {
      int part = n;
      var _ =
          PulsarRecords.part(producer, message, heading, part, reign)
              .sendAsync()
              .whenComplete(
                  (id, failure) -> then(() -> answered(message.lsn(), part, parts, id, failure)));
    }
  }

  /// On the log's own thread: once for all that comes while it is busy.
  private void then(Runnable action) {
    actions.add(action);
    if (waitingActions.getAndIncrement() == 0) {
      try {
        own.execute(this::act);
      } catch (RejectedExecutionException e) {
        LOG.debug("{} answers behind the end of its log", log.topic(), e);
      }
    }
  }

  private void act() {
    int done;
    for (int left = 1; left > 0; left = waitingActions.addAndGet(-done)) {
      done = 0;
      for (Runnable action = actions.poll(); action != null; action = actions.poll()) {
        try {
          action.run();
        } catch (RuntimeException e) {
          fail(e);
        }
        done++;
      }
    }
  }

  private void answered(
      long lsn, int part, int parts, @Nullable MessageId id, @Nullable Throwable failure) {
    if (failure != null || id == null) {
      fail(failure == null ? new IllegalStateException("no position") : failure);
      return;
    }
    if (part == 0) {
      marks.add(lsn, term, reign, id, before);
    }
    before = id;
    if (part == parts - 1) {
      appends.confirm(lsn).ifPresent(batch -> batch.future().complete(null));
    }
  }

  private void fail(Throwable failure) {
    appends
        .fail(PulsarErrors.of(log.pchannel(), term, failure))
        .ifPresent(
            lost -> {
              var _ = producer.closeAsync();
              lost.fail();
            });
  }

  /// @throws io.pandion.model.PandionException UNAVAILABLE_RETRY when the log is closed
  @Override
  public WalReader read(long fromLsn) {
    return new PulsarLogReader(
        log, marks, Math.max(beginLsn, fromLsn), appends.durableLsnForReader());
  }

  /// Removes up to a mark, and then only whole ledgers; the last message stays, for it tells the
  /// next owner its lsn.
  @Override
  public void truncate(long lsn) {
    if (!appends.isOpen()) {
      return;
    }
    Optional<PulsarMarks.Mark> mark = marks.atOrBefore(Math.min(lsn, appends.durableLsn() - 1));
    MessageId upTo = mark.map(PulsarMarks.Mark::before).orElse(null);
    if (mark.isEmpty() || upTo == null) {
      return;
    }
    long kept = mark.get().lsn();
    try {
      truncations.execute(() -> remove(upTo, kept));
    } catch (RejectedExecutionException e) {
      LOG.debug("{} is closed: the next owner truncates it", log.topic(), e);
    }
  }

  private void remove(MessageId upTo, long kept) {
    try {
      log.removeUpTo(upTo);
      marks.forgetBelow(kept);
    } catch (PulsarClientException e) {
      LOG.warn("{} is not truncated below lsn {} yet: {}", log.topic(), kept, e, e);
    }
  }

  /// Waits for what was appended and, for a while, for a truncation under way, then stops: as long
  /// as that one is subscribed nobody else can give the subscription up.
  @Override
  public void close() {
    if (!appends.finish()) {
      fail(new TimeoutException("closed before the broker confirmed it"));
    }
    own.shutdown();
    truncations.shutdown();
    try {
      if (!truncations.awaitTermination(TRUNCATION_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("{} is closed while it is being truncated", log.topic());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      producer.close();
    } catch (PulsarClientException e) {
      LOG.debug("{}: a producer that was fenced or lost its broker", log.topic(), e);
    }
    onClose.accept(this);
  }
}
