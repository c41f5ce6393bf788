package io.pandion.wal.objectstore.sim;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.wal.Wal;
import io.pandion.wal.WalBody;
import io.pandion.wal.WalMessage;
import io.pandion.wal.WalReader;
import io.pandion.wal.objectstore.SimulatedProvider;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/// Owns a channel on a node, or believes so: opens it, reads it from the start, appends, reads and
/// truncates until it is told that it was replaced, or to leave. One virtual thread of the node.
final class Owner implements Runnable {
  private static final long MILLIS = 1_000_000;
  private static final int ATTEMPTS = 60;

  /// Numbers that are unique in a simulation.
  static final class Numbers {
    int next;
  }

  private final SimNode node;
  private final History history;
  private final SplittableRandom random;
  private final Numbers numbers;
  private final String channel;
  private final long term;
  private final List<CompletableFuture<Void>> pending = new ArrayList<>();
  private Happening.@Nullable Opened log;
  private boolean leave;
  private boolean hurry;
  private boolean ended;
  private boolean lost;
  private boolean readAll;

  Owner(
      SimNode node,
      History history,
      SplittableRandom random,
      Numbers numbers,
      String channel,
      long term) {
    this.node = node;
    this.history = history;
    this.random = random;
    this.numbers = numbers;
    this.channel = channel;
    this.term = term;
  }

  SimNode node() {
    return node;
  }

  String channel() {
    return channel;
  }

  boolean hasEnded() {
    return ended || !node.isLive();
  }

  /// Whether it opened the channel and read all of it.
  boolean hasReadAll() {
    return readAll;
  }

  /// Closes the log when it comes to it.
  void leave() {
    leave = true;
  }

  /// Does not write any more.
  void onlyRead() {
    hurry = true;
    leave = true;
  }

  @Override
  public void run() {
    try {
      Wal wal = open();
      if (wal == null) {
        return;
      }
      read(wal, random.nextBoolean() ? 0 : 1);
      while (!leave && !lost) {
        work(wal);
      }
      if (random.nextInt(4) > 0 || hurry) {
        wal.close();
        settle();
      }
    } finally {
      ended = true;
    }
  }

  private @Nullable Wal open() {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      history.add(new Happening.Opening(node.name(), channel, term));
      try {
        Wal wal = node.provider().open(channel, term);
        Happening.Opened opened =
            new Happening.Opened(
                ++numbers.next,
                node.name(),
                channel,
                term,
                SimulatedProvider.opening(wal),
                wal.nextLsn());
        log = opened;
        history.add(opened);
        return wal;
      } catch (PandionException e) {
        history.add(
            new Happening.NotOpened(
                node.name(), channel, term, e.reason(), String.valueOf(e.getMessage())));
        if (e.reason() == Reason.FENCED || (leave && !hurry)) {
          return null;
        }
      }
      node.threads().sleep(random.nextLong(500 * MILLIS));
    }
    return null;
  }

  private Happening.Opened log() {
    return java.util.Objects.requireNonNull(log);
  }

  private void work(Wal wal) {
    switch (random.nextInt(12)) {
      case 0 -> {
        long from = random.nextLong(wal.nextLsn() + 1);
        node.threads().start(() -> read(wal, from));
      }
      case 1 -> {
        settle();
        // often all that is there, as after a flush
        long end = wal.nextLsn();
        long below = random.nextInt(3) == 0 ? end : random.nextLong(end) + 1;
        history.add(new Happening.Truncating(log(), below));
        wal.truncate(below);
      }
      case 2 -> settle();
      case 3, 4, 5 -> node.threads().sleep(random.nextLong(1_500 * MILLIS));
      default -> {
        for (int batches = 1 + random.nextInt(4); batches > 0 && !lost; batches--) {
          append(wal);
        }
      }
    }
  }

  private void append(Wal wal) {
    List<WalMessage> messages = new ArrayList<>();
    List<String> rows = new ArrayList<>();
    long first = wal.nextLsn();
    long tick = wal.lastTick();
    int id = ++numbers.next;
    int bytes = 0;
    for (int count = 1 + random.nextInt(4); count > 0; count--) {
      tick += 1 + random.nextInt(5);
      String row = "b" + id + "." + messages.size();
      String body = row + " " + "x".repeat(random.nextInt(random.nextInt(20) == 0 ? 600 : 120));
      byte[] encoded = body.getBytes(StandardCharsets.UTF_8);
      bytes += encoded.length;
      rows.add(row);
      messages.add(
          new WalMessage(
              first + messages.size(), term, tick, "v" + id % 3, WalBody.ofBytes(encoded)));
    }
    Happening.Batch batch = new Happening.Batch(id, log(), first, rows, bytes);
    history.add(new Happening.Appending(batch));
    try {
      CompletableFuture<Void> future = wal.append(messages);
      history.add(new Happening.Taken(batch));
      pending.add(future);
      var _ = future.whenComplete((_, failure) -> ended(batch, failure, true));
    } catch (PandionException e) {
      ended(batch, e, false);
    }
  }

  private void ended(Happening.Batch batch, @Nullable Throwable failure, boolean taken) {
    if (failure == null) {
      history.add(new Happening.Acknowledged(batch));
      return;
    }
    Throwable cause = failure;
    if (failure instanceof CompletionException e && e.getCause() != null) {
      cause = e.getCause();
    }
    Reason reason = cause instanceof PandionException known ? known.reason() : Reason.INTERNAL;
    history.add(new Happening.Failed(batch, reason, String.valueOf(cause.getMessage()), taken));
    // after a failed append every later one fails; one that was not taken may be tried again
    lost |= taken;
  }

  private void settle() {
    for (CompletableFuture<Void> one : pending) {
      try {
        one.join();
      } catch (CompletionException e) {
        lost = true;
      }
    }
    pending.clear();
  }

  private void read(Wal wal, long from) {
    int reader = ++numbers.next;
    Happening.Opened opened = log();
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      history.add(new Happening.Reading(reader, opened, from));
      try (WalReader rows = wal.read(from)) {
        for (WalMessage m = rows.next(); m != null; m = rows.next()) {
          history.add(row(reader, opened, m));
        }
        history.add(new Happening.ReadToEnd(reader, opened));
        readAll |= from <= 1;
        return;
      } catch (PandionException e) {
        history.add(
            new Happening.ReadFailed(reader, opened, e.reason(), String.valueOf(e.getMessage())));
        if (e.reason() != Reason.UNAVAILABLE_RETRY || (leave && !hurry)) {
          return;
        }
      }
      reader = ++numbers.next;
      node.threads().sleep(random.nextLong(300 * MILLIS));
    }
  }

  private static Happening.Row row(int reader, Happening.Opened log, WalMessage m) {
    byte[] body = new byte[m.body().size()];
    m.body().encoded().get(body);
    String text = new String(body, StandardCharsets.UTF_8);
    return new Happening.Row(
        reader, log, m.lsn(), m.term(), m.tick(), text.substring(0, text.indexOf(' ')));
  }
}
