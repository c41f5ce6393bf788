package io.pandion.wal;

import io.pandion.model.PandionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Logs in memory: the twin of the real adapters. They live as long as the provider, over any
/// number of openings; messages are kept as bytes, as a real log does.
public final class MemoryWalProvider implements WalProvider {
  /// One pchannel; guarded by itself.
  private static final class Log {
    final List<WalMessage> messages = new ArrayList<>();
    long nextLsn = 1;
    long lastTick;
    long term;
  }

  private final Map<String, Log> logs = new ConcurrentHashMap<>();

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public Wal open(String pchannel, long term) {
    Log log = logs.computeIfAbsent(pchannel, _ -> new Log());
    synchronized (log) {
      if (term < log.term) {
        throw fenced(pchannel, term, log.term);
      }
      log.term = term;
    }
    return new MemoryWal(pchannel, term, log);
  }

  @Override
  public void close() {}

  private static PandionException fenced(String pchannel, long term, long higher) {
    return new PandionException(
        PandionException.Reason.FENCED,
        PandionException.Subject.CHANNEL,
        "channel " + pchannel + ": term " + term + " is fenced by term " + higher);
  }

  private static final class MemoryWal implements Wal {
    private final String pchannel;
    private final long term;
    private final Log log;
    private @Nullable PandionException failed;

    MemoryWal(String pchannel, long term, Log log) {
      this.pchannel = pchannel;
      this.term = term;
      this.log = log;
    }

    @Override
    public long nextLsn() {
      synchronized (log) {
        return log.nextLsn;
      }
    }

    @Override
    public long lastTick() {
      synchronized (log) {
        return log.lastTick;
      }
    }

    @Override
    public CompletableFuture<Void> append(List<WalMessage> batch) {
      synchronized (log) {
        if (failed == null && log.term != term) {
          failed = fenced(pchannel, term, log.term);
        }
        if (failed != null) {
          return CompletableFuture.failedFuture(failed);
        }
        Optional<PandionException> refused = WalBatch.check(pchannel, batch, log.nextLsn);
        if (refused.isPresent()) {
          return CompletableFuture.failedFuture(refused.get());
        }
        for (WalMessage m : batch) {
          byte[] bytes = new byte[m.body().size()];
          m.body().encoded().get(bytes);
          log.messages.add(
              new WalMessage(m.lsn(), m.term(), m.tick(), m.vchannel(), WalBody.ofBytes(bytes)));
          log.nextLsn++;
          log.lastTick = m.tick();
        }
        return CompletableFuture.completedFuture(null);
      }
    }

    @Override
    public WalReader read(long fromLsn) {
      List<WalMessage> found;
      synchronized (log) {
        found = log.messages.stream().filter(m -> m.lsn() >= fromLsn).toList();
      }
      return new WalReader() {
        private int at;

        @Override
        public @Nullable WalMessage next() {
          return at == found.size() ? null : found.get(at++);
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public void truncate(long lsn) {
      synchronized (log) {
        log.messages.removeIf(m -> m.lsn() < lsn);
      }
    }

    @Override
    public void close() {}
  }
}
