package io.pandion.streaming;

import io.pandion.cluster.AppendResult;
import io.pandion.model.PandionException;
import io.pandion.wal.WalMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The one thread behind a pchannel's log: waits until a batch is durable, answers the clients, and
/// applies the batch to the shards. All state of the shards changes on this thread only.
final class ChannelApplier implements AutoCloseable {
  /// A client that waits for its write.
  record Completion(CompletableFuture<AppendResult> future, AppendResult result) {}

  private sealed interface Item {
    record Appended(
        List<WalMessage> messages, List<Completion> completions, CompletableFuture<Void> durable)
        implements Item {}

    record Barrier(CompletableFuture<Void> done) implements Item {}

    record Run(Runnable action) implements Item {}
  }

  private final Map<String, ShardDelegator> shards = new ConcurrentHashMap<>();
  private final Mailbox<Item> mailbox = new Mailbox<>();
  private final AtomicLong expected = new AtomicLong();
  private final Consumer<Throwable> onFailure;
  private final Thread thread;
  private volatile boolean closed;
  private volatile Checkpoint applied;
  private volatile @Nullable PandionException failure;

  /// @param onFailure hears once when the log fails; nothing is applied afterwards
  ChannelApplier(String pchannel, Checkpoint applied, Consumer<Throwable> onFailure) {
    this.applied = applied;
    this.onFailure = onFailure;
    this.thread = Thread.ofPlatform().name("applier-" + pchannel).daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /// The shard, or null when it is not here.
  @Nullable ShardDelegator shard(String vchannel) {
    return shards.get(vchannel);
  }

  void add(ShardDelegator shard) {
    shards.put(shard.vchannel(), shard);
  }

  List<ShardDelegator> shards() {
    return List.copyOf(shards.values());
  }

  /// Collection of a shard, or -1.
  long collectionOf(String vchannel) {
    ShardDelegator shard = shards.get(vchannel);
    return shard == null ? -1 : shard.collectionId();
  }

  /// A write was queued: until it is applied, reads must not believe that the log is quiet.
  void expectOne() {
    expected.incrementAndGet();
  }

  /// A queued write will not come.
  void expectOneLess() {
    expected.decrementAndGet();
  }

  /// True when every write queued so far was applied.
  boolean quiet() {
    return expected.get() == 0;
  }

  /// The last message applied.
  Checkpoint applied() {
    return applied;
  }

  void appended(
      List<WalMessage> messages, List<Completion> completions, CompletableFuture<Void> durable) {
    put(new Item.Appended(messages, completions, durable));
  }

  void barrier(CompletableFuture<Void> done) {
    put(new Item.Barrier(done));
  }

  /// Runs an action on the applier's thread, behind everything handed over before.
  <T> CompletableFuture<T> call(java.util.function.Supplier<T> action) {
    CompletableFuture<T> result = new CompletableFuture<>();
    put(
        new Item.Run(
            () -> {
              try {
                result.complete(action.get());
              } catch (RuntimeException e) {
                result.completeExceptionally(e);
              }
            }));
    return result;
  }

  /// Applies a message; also used while the log is replayed, before the thread runs.
  void apply(WalMessage message) {
    ShardDelegator shard = shards.get(message.vchannel());
    if (shard != null && shard.apply(message)) {
      shards.remove(message.vchannel());
    }
    applied = new Checkpoint(message.lsn(), message.tick());
  }

  /// Messages below this lsn are not needed any more; on the applier's thread.
  long neededFrom() {
    long lowest = applied.lsn();
    for (ShardDelegator shard : shards.values()) {
      lowest = Math.min(lowest, shard.checkpoint(applied, -1, 0).lsn());
    }
    return lowest + 1;
  }

  /// @throws PandionException when the log has failed
  void check() {
    PandionException failed = failure;
    if (failed != null) {
      throw failed;
    }
  }

  private void put(Item item) {
    mailbox.put(item);
    if (closed) {
      drain(PandionException.unavailable("the channel is closing; retry"));
    }
  }

  private void run() {
    while (!closed) {
      Item item = mailbox.take();
      if (item == null) {
        continue;
      }
      try {
        handle(item);
      } catch (RuntimeException e) {
        fail(e);
      }
    }
    drain(PandionException.unavailable("the channel is closing; retry"));
  }

  private void handle(Item item) {
    PandionException failed = failure;
    if (failed != null) {
      refuse(item, failed);
      return;
    }
    switch (item) {
      case Item.Appended a -> {
        try {
          a.durable().join();
        } catch (CompletionException e) {
          refuse(item, asPandion(e));
          throw e;
        }
        for (Completion c : a.completions()) {
          c.future().complete(c.result());
        }
        for (WalMessage message : a.messages()) {
          apply(message);
        }
        expected.addAndGet(-a.completions().size());
      }
      case Item.Barrier b -> b.done().complete(null);
      case Item.Run r -> r.action().run();
    }
  }

  private void fail(RuntimeException e) {
    failure = asPandion(e);
    onFailure.accept(e);
  }

  private static PandionException asPandion(RuntimeException e) {
    Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
    return cause instanceof PandionException p
        ? p
        : new PandionException(
            PandionException.Reason.INTERNAL,
            PandionException.Subject.CHANNEL,
            "the channel failed: " + cause,
            cause);
  }

  private void drain(PandionException why) {
    for (Item item = mailbox.poll(); item != null; item = mailbox.poll()) {
      refuse(item, why);
    }
  }

  private void refuse(Item item, PandionException why) {
    switch (item) {
      case Item.Appended a -> {
        for (Completion c : a.completions()) {
          c.future()
              .completeExceptionally(
                  closed
                      ? new PandionException(
                          PandionException.Reason.OUTCOME_UNKNOWN,
                          PandionException.Subject.CHANNEL,
                          "the channel closed before the write was known to be durable")
                      : why);
        }
        expected.addAndGet(-a.completions().size());
      }
      case Item.Barrier b -> b.done().completeExceptionally(why);
      case Item.Run r -> r.action().run();
    }
  }

  /// Stops; batches handed over but not yet durable are refused as unknown.
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    List<ShardDelegator> all = new ArrayList<>(shards.values());
    all.forEach(ShardDelegator::close);
  }
}
