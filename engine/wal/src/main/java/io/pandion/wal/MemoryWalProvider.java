package io.pandion.wal;

import io.pandion.model.PandionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Logs in memory: the twin of the real adapters. They live as long as the provider, over any
/// number of openings; messages are kept as bytes, as a real log does.
public final class MemoryWalProvider implements WalProvider {
  /// One pchannel; guarded by itself.
  private static final class Log {
    final List<WalMessage> messages = new ArrayList<>();
    long nextLsn;
    long lastTick;
    long term;

    Log(long firstLsn) {
      nextLsn = firstLsn;
    }
  }

  private final Map<String, Log> logs = new ConcurrentHashMap<>();
  private volatile boolean failing;

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public Wal open(String pchannel, long term, long firstLsn) {
    Log log = logs.computeIfAbsent(pchannel, _ -> new Log(firstLsn));
    synchronized (log) {
      if (term < log.term) {
        throw fenced(pchannel, term, log.term);
      }
      log.term = term;
    }
    return new MemoryWal(pchannel, term, log);
  }

  @Override
  public void prepare(String pchannel) {}

  @Override
  public void remove(String pchannel) {
    logs.remove(pchannel);
  }

  /// Names of the logs that are there.
  public Set<String> logs() {
    return Set.copyOf(logs.keySet());
  }

  /// Lets the next append of each open log end with OUTCOME_UNKNOWN, as a backend that breaks does:
  /// its first message is in the log. Logs that were stopped this way stay so.
  public void failWrites(boolean fail) {
    failing = fail;
  }

  @Override
  public void close() {}

  private static PandionException fenced(String pchannel, long term, long higher) {
    return new PandionException(
        PandionException.Reason.FENCED,
        PandionException.Subject.CHANNEL,
        "channel " + pchannel + ": term " + term + " is fenced by term " + higher);
  }

  private final class MemoryWal implements Wal {
    private final String pchannel;
    private final long term;
    private final Log log;
    private @Nullable PandionException failed;
    private boolean closed;

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
        if (closed) {
          return CompletableFuture.failedFuture(refused("the log is closed"));
        }
        Optional<PandionException> refused = WalBatch.check(pchannel, batch, log.nextLsn);
        if (refused.isPresent()) {
          return CompletableFuture.failedFuture(refused.get());
        }
        boolean breaks = failing && !batch.isEmpty();
        for (WalMessage m : breaks ? batch.subList(0, 1) : batch) {
          byte[] bytes = new byte[m.body().size()];
          m.body().encoded().get(bytes);
          log.messages.add(
              new WalMessage(m.lsn(), m.term(), m.tick(), m.vchannel(), WalBody.ofBytes(bytes)));
          log.nextLsn++;
          log.lastTick = m.tick();
        }
        if (breaks) {
          failed = refused("the log stopped at an earlier failure; open it again");
          return CompletableFuture.failedFuture(
              new PandionException(
                  PandionException.Reason.OUTCOME_UNKNOWN,
                  PandionException.Subject.CHANNEL,
                  "channel " + pchannel + ": the log was told to fail"));
        }
        return CompletableFuture.completedFuture(null);
      }
    }

    private PandionException refused(String why) {
      return new PandionException(
          PandionException.Reason.UNAVAILABLE_RETRY,
          PandionException.Subject.CHANNEL,
          "channel " + pchannel + ": " + why);
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
    public void close() {
      synchronized (log) {
        closed = true;
      }
    }
  }
}
