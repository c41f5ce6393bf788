package io.pandion.coordinator;

import io.pandion.cluster.ChannelLog;
import io.pandion.cluster.LogEra;
import io.pandion.cluster.StreamingNode;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.model.PandionException.Subject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Moves pchannels from one kind of log to another while they serve. `docs/adr/0007-wal-switch.md`
/// tells why no step can lose or repeat a message, wherever the process dies.
///
/// 1. A fresh log is planned for each channel, in one commit, and prepared: what fails here refuses
///    the switch.
/// 2. The new kind is decided for all channels in one commit. From here on the switch is carried
///    on.
/// 3. Channel by channel the streaming node goes on in the planned log, and [#moved] records it.
/// 4. When nothing in a log before is needed any more, [#released] records that, and it is removed.
///
/// Threads: any number; one switch at a time.
final class LogSwitch {
  private static final Logger LOG = LoggerFactory.getLogger(LogSwitch.class);
  private static final int ATTEMPTS = 3;
  private static final long COPY_PATIENCE_MILLIS = 30_000;
  private static final long COPY_PAUSE_NANOS = 200_000_000L;

  private final Ledger ledger;
  private final Shards shards;
  private final Snapshots snapshots;
  private final LongSupplier clock;
  private final ReentrantLock lock = new ReentrantLock(true);

  /// Logs whose removal failed, guarded by the lock: tried again when something changes.
  private final Set<LogEra> stubborn = new HashSet<>();

  LogSwitch(Ledger ledger, Shards shards, Snapshots snapshots, LongSupplier clock) {
    this.ledger = ledger;
    this.shards = shards;
    this.snapshots = snapshots;
    this.clock = clock;
  }

  /// See [io.pandion.cluster.Coordinator#switchLog].
  void to(String type, Consumer<String> progress) {
    lock.lock();
    try {
      stubborn.clear();
      List<String> moving = new ArrayList<>();
      for (String pchannel : shards.pchannels()) {
        if (!ledger.log(pchannel).current().type().equals(type)) {
          moving.add(pchannel);
        }
      }
      prepare(moving, type);
      decide(type);
      if (moving.isEmpty()) {
        progress.accept("every channel's log is of type " + type + " already");
      }
      moveAll(moving, progress);
    } finally {
      lock.unlock();
    }
    tidy();
  }

  /// Plans a log for each channel and shows that it can be used.
  private void prepare(List<String> moving, String type) {
    planAll(moving, type);
    try {
      for (String pchannel : moving) {
        shards.owner(pchannel).prepareLog(planned(pchannel));
      }
    } catch (PandionException e) {
      giveUp(moving);
      throw new PandionException(
          e.reason(),
          e.subject(),
          "the log cannot be of type " + type + ", and nothing was changed: " + e.getMessage(),
          e);
    }
    LOG.info("logs of type {} are ready for {} channels", type, moving.size());
  }

  private void planAll(List<String> moving, String type) {
    synchronized (ledger) {
      Changes changes = new Changes();
      for (String pchannel : moving) {
        changes.put(Ledger.logKey(pchannel), ledger.log(pchannel).plan(pchannel, type));
      }
      ledger.commit(changes);
    }
    LOG.info("logs of type {} are planned for {} channels", type, moving.size());
  }

  private LogEra planned(String pchannel) {
    return ledger.log(pchannel).planned().getFirst();
  }

  private void giveUp(List<String> moving) {
    synchronized (ledger) {
      Changes changes = new Changes();
      for (String pchannel : moving) {
        LogChain chain = ledger.log(pchannel);
        if (!chain.planned().isEmpty()) {
          changes.put(Ledger.logKey(pchannel), chain.giveUp());
        }
      }
      ledger.commit(changes);
    }
  }

  private void decide(String type) {
    synchronized (ledger) {
      Changes changes = new Changes();
      for (String pchannel : shards.pchannels()) {
        LogChain chain = ledger.log(pchannel);
        if (!chain.target().equals(type)) {
          changes.put(Ledger.logKey(pchannel), chain.toBe(type));
        }
      }
      ledger.commit(changes);
    }
    LOG.info("the log is to be of type {}", type);
  }

  private void moveAll(List<String> moving, Consumer<String> progress) {
    int moved = 0;
    for (String pchannel : moving) {
      try {
        progress.accept(move(pchannel));
        moved++;
      } catch (PandionException e) {
        throw new PandionException(
            e.reason(),
            e.subject(),
            moved
                + " of "
                + moving.size()
                + " channels have moved; the rest is tried again until it succeeds, or until the"
                + " log is switched to another type: "
                + e.getMessage(),
            e);
      }
    }
  }

  /// Moves one channel; a log that is too busy is given some attempts.
  private String move(String pchannel) {
    LogEra from = ledger.log(pchannel).current();
    for (int attempt = 1; ; attempt++) {
      if (ledger.log(pchannel).planned().isEmpty()) {
        String type = ledger.log(pchannel).target();
        planAll(List.of(pchannel), type);
        shards.owner(pchannel).prepareLog(planned(pchannel));
      }
      try {
        long pause = shards.owner(pchannel).moveLog(pchannel, planned(pchannel));
        LogEra now = ledger.log(pchannel).current();
        return "%s: the %s goes on in the %s at lsn %d; writes waited %d ms"
            .formatted(pchannel, from, now, now.fromLsn(), pause);
      } catch (PandionException e) {
        boolean again = e.reason() == Reason.UNAVAILABLE_RETRY && ledger.log(pchannel).hasPlan();
        giveUp(List.of(pchannel));
        if (!again || attempt == ATTEMPTS) {
          throw e;
        }
        LOG.warn("{} does not move yet: {}", pchannel, e.getMessage());
      }
    }
  }

  /// See [io.pandion.cluster.Coordinator#logMoved]. The copy in the bucket is written before
  /// anybody writes to the new log: with an older copy alone, what is written there would not be
  /// found.
  boolean moved(String pchannel, long term, LogEra log) {
    synchronized (ledger) {
      checkTerm(pchannel, term);
      LogChain chain = ledger.log(pchannel);
      if (!chain.planned().equals(List.of(log.at(0)))) {
        return false;
      }
      ledger.commit(new Changes().put(Ledger.logKey(pchannel), chain.moved(log)));
    }
    LOG.info("{}: recorded that it goes on in the {} at lsn {}", pchannel, log, log.fromLsn());
    copy(pchannel);
    LOG.info("{}: the copy in the bucket says so, too", pchannel);
    return true;
  }

  /// Nothing is lost by waiting, only writes wait longer.
  private void copy(String pchannel) {
    long until = clock.getAsLong() + COPY_PATIENCE_MILLIS;
    while (true) {
      try {
        snapshots.save();
        return;
      } catch (PandionException e) {
        if (e.reason() == Reason.FENCED || clock.getAsLong() >= until) {
          throw e;
        }
        LOG.warn("{}: writes wait for the bucket: {}", pchannel, e.getMessage());
        LockSupport.parkNanos(COPY_PAUSE_NANOS);
      }
    }
  }

  /// See [io.pandion.cluster.Coordinator#logReleased]. The copy in the bucket is written before
  /// anything is removed that an older copy names.
  void released(String pchannel, long term, long lsn) {
    synchronized (ledger) {
      checkTerm(pchannel, term);
      LogChain chain = ledger.log(pchannel);
      LogChain left = chain.released(lsn);
      if (left.equals(chain)) {
        return;
      }
      ledger.commit(new Changes().put(Ledger.logKey(pchannel), left));
    }
    LOG.info("{}: nothing below lsn {} is needed any more", pchannel, lsn);
  }

  private void checkTerm(String pchannel, long term) {
    if (ledger.term(pchannel) != term) {
      throw new PandionException(
          Reason.FENCED,
          Subject.CHANNEL,
          "pchannel " + pchannel + " has term " + ledger.term(pchannel) + ", the owner " + term);
    }
  }

  /// Carries a switch on that was interrupted, and removes logs that nobody needs.
  void carryOn() {
    lock.lock();
    try {
      for (String pchannel : shards.pchannels()) {
        LogChain chain = ledger.log(pchannel);
        if (!chain.settled()) {
          LOG.info("the switch of {} to type {} is carried on", pchannel, chain.target());
          try {
            LOG.info("{}", move(pchannel));
          } catch (PandionException e) {
            LOG.warn("{} is moved later: {}", pchannel, e.getMessage());
          }
        }
      }
    } finally {
      lock.unlock();
    }
    tidy();
  }

  private void tidy() {
    lock.lock();
    try {
      for (String pchannel : shards.pchannels()) {
        for (LogEra log : ledger.log(pchannel).gone()) {
          if (!stubborn.contains(log) && !Thread.currentThread().isInterrupted()) {
            remove(pchannel, log);
          }
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void remove(String pchannel, LogEra log) {
    try {
      snapshots.save();
      shards.owner(pchannel).removeLog(log);
      LOG.info("removed the {}, which was not needed any more", log);
    } catch (PandionException e) {
      if (Thread.currentThread().isInterrupted()) {
        // The coordinator ends; the next one goes on.
        return;
      }
      if (e.reason() != Reason.INVALID_REQUEST || !LogChain.neverUsed(log)) {
        stubborn.add(log);
        LOG.warn(
            "the {}, which is not needed any more, stays for now: {}; it is removed after the next"
                + " start or switch",
            log,
            e.getMessage());
        return;
      }
      // Of a type that does not exist or has no settings: there is nothing to remove.
    }
    synchronized (ledger) {
      ledger.commit(new Changes().put(Ledger.logKey(pchannel), ledger.log(pchannel).without(log)));
    }
  }

  List<ChannelLog> status() {
    List<ChannelLog> all = new ArrayList<>();
    for (StreamingNode node : shards.nodes()) {
      all.addAll(node.logs());
    }
    return all;
  }
}
