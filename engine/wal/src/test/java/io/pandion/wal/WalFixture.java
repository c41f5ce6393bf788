package io.pandion.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/// What an adapter gives to the tests of [WalContract], and what those tests share.
@Timeout(120)
public abstract class WalFixture {
  protected static final String CHANNEL = "channel-0";
  private final AtomicLong ahead = new AtomicLong();
  protected WalProvider provider;

  /// A provider with no logs.
  protected abstract WalProvider create() throws Exception;

  /// The same logs after the process has ended; a twin in memory gives itself.
  protected abstract WalProvider restart(WalProvider provider) throws Exception;

  /// A second provider over the same logs with connections and files of its own, as another process
  /// has; a twin in memory gives itself.
  protected WalProvider another(WalProvider first) throws Exception {
    return first;
  }

  /// Lets every write to [#CHANNEL] fail from now on, until [#repairWrites].
  ///
  /// @return false when the adapter's tests show this elsewhere
  protected boolean failWrites(WalProvider provider) throws Exception {
    return false;
  }

  /// Ends what [#failWrites] began.
  protected void repairWrites() throws Exception {}

  /// A provider with no logs whose appends wait for what they are written to when it is away, with
  /// the clock of [#nanos].
  ///
  /// @return nothing when an adapter's appends fail at once then
  protected Optional<WalProvider> patient() throws Exception {
    return Optional.empty();
  }

  /// Takes away what the logs of [#patient] are written to, until [#bringBack].
  protected void takeAway() throws Exception {}

  protected void bringBack() throws Exception {}

  /// A clock that runs, and can be put forward by [#putForward].
  protected final long nanos() {
    return System.nanoTime() + ahead.get();
  }

  protected final void putForward(Duration time) {
    ahead.addAndGet(time.toNanos());
  }

  /// A log was removed: nothing of it is left, or will be soon.
  protected void assertGone(String pchannel) throws Exception {
    try (Wal wal = provider.open(pchannel, 9, 77)) {
      assertThat(wal.nextLsn()).as("a new log").isEqualTo(77);
      assertThat(wal.lastTick()).isZero();
    }
  }

  /// Bytes of the largest body that the adapter takes.
  protected int largestBody() {
    return Wal.MAX_BODY_BYTES;
  }

  @BeforeEach
  final void createProvider() throws Exception {
    provider = create();
  }

  @AfterEach
  final void closeProvider() {
    provider.close();
  }

  protected void assertRefused(long term) {
    assertRefused(provider, term);
  }

  protected static void assertRefused(WalProvider provider, long term) {
    assertThatThrownBy(() -> provider.open(CHANNEL, term))
        .isInstanceOfSatisfying(
            PandionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.FENCED));
  }

  protected static void assertFails(CompletableFuture<Void> append, Reason reason) {
    assertThatThrownBy(() -> get(append))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(
            PandionException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  protected static void get(CompletableFuture<Void> append) throws Exception {
    append.get(60, TimeUnit.SECONDS);
  }

  /// Appends `count` messages as one batch and awaits them.
  protected static void append(Wal wal, long term, int count) throws Exception {
    List<WalMessage> batch = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      batch.add(message(term, wal.nextLsn() + i));
    }
    get(wal.append(batch));
  }

  /// A message that follows from its lsn.
  protected static WalMessage message(long term, long lsn) {
    return new WalMessage(lsn, term, tick(lsn), vchannel(lsn), WalBody.of(payload(lsn)));
  }

  protected static WalPayload payload(long lsn) {
    return new WalPayload.DropPartition(lsn, -lsn);
  }

  protected static long tick(long lsn) {
    return 1_000 + lsn * 10;
  }

  protected static String vchannel(long lsn) {
    return lsn % 3 == 0 ? "" : "channel-0_v" + lsn % 3;
  }

  protected static List<Long> lsns(Wal wal, long from) {
    return messages(wal, from).stream().map(WalMessage::lsn).toList();
  }

  protected static List<WalMessage> messages(Wal wal, long from) {
    try (WalReader reader = wal.read(from)) {
      return drain(reader);
    }
  }

  protected static List<WalMessage> drain(WalReader reader) {
    List<WalMessage> out = new ArrayList<>();
    for (WalMessage m = reader.next(); m != null; m = reader.next()) {
      out.add(m);
    }
    return out;
  }
}
