package io.pandion.streaming;

import io.pandion.cluster.AppendResult;
import io.pandion.cluster.ShardWrite;
import io.pandion.model.PandionException;
import io.pandion.model.TickRange;
import io.pandion.wal.Wal;
import io.pandion.wal.WalBody;
import io.pandion.wal.WalMessage;
import io.pandion.wal.WalPayload;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// The one thread that writes a pchannel: takes all that waits, gives segments, lsns and rising
/// ticks, and hands the batch to the log without waiting for it. What was handed over goes on to
/// the [ChannelApplier] in order.
final class ChannelWriter implements AutoCloseable {
  private static final int MAX_BATCH = 1_024;

  /// What the writer is asked to do.
  sealed interface Request {
    /// @param bytes held against the queue's limit
    record Write(
        String vchannel,
        long collectionId,
        ShardWrite write,
        @Nullable WalBody body,
        long bytes,
        CompletableFuture<AppendResult> done)
        implements Request {}

    /// Completes when everything asked before it was applied.
    record Barrier(CompletableFuture<Void> done) implements Request {}

    /// Something that needs the writer's state.
    ///
    /// @param dropped runs instead when the writer has stopped
    record Run(Runnable action, Runnable dropped) implements Request {}
  }

  private final Wal wal;
  private final long term;
  private final SegmentAssigner assigner;
  private final IntFunction<TickRange> ticks;
  private final ChannelApplier applier;
  private final long queueMaxBytes;
  private final Mailbox<Request> mailbox = new Mailbox<>();
  private final AtomicLong queuedBytes = new AtomicLong();
  private final Thread thread;
  private volatile boolean closed;

  ChannelWriter(
      String pchannel,
      Wal wal,
      long term,
      SegmentAssigner assigner,
      IntFunction<TickRange> ticks,
      ChannelApplier applier,
      long queueMaxBytes) {
    this.wal = wal;
    this.term = term;
    this.assigner = assigner;
    this.ticks = ticks;
    this.applier = applier;
    this.queueMaxBytes = queueMaxBytes;
    this.thread = Thread.ofPlatform().name("writer-" + pchannel).daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /// Queues a write; the future completes when it is durable.
  ///
  /// @throws PandionException UNAVAILABLE_RETRY when too much waits
  CompletableFuture<AppendResult> write(String vchannel, long collectionId, ShardWrite write) {
    WalBody body = encode(collectionId, write);
    long bytes = body == null ? 0 : body.size();
    if (queuedBytes.addAndGet(bytes) > queueMaxBytes) {
      queuedBytes.addAndGet(-bytes);
      throw PandionException.unavailable(
          "shard " + vchannel + ": more than " + queueMaxBytes + " bytes wait for the log; retry");
    }
    CompletableFuture<AppendResult> done = new CompletableFuture<>();
    applier.expectOne();
    put(new Request.Write(vchannel, collectionId, write, body, bytes, done));
    return done;
  }

  CompletableFuture<Void> barrier() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    put(new Request.Barrier(done));
    return done;
  }

  /// Runs an action on the writer thread.
  void execute(Runnable action) {
    put(new Request.Run(action, () -> {}));
  }

  /// Runs an action on the writer thread, behind all that was asked before and in front of all that
  /// is asked later; nothing is written meanwhile.
  ///
  /// @param hears when the action fails, or the writer has stopped
  void execute(Runnable action, CompletableFuture<?> hears) {
    put(
        new Request.Run(
            () -> {
              try {
                action.run();
              } catch (RuntimeException e) {
                hears.completeExceptionally(e);
              }
            },
            () -> hears.completeExceptionally(closing())));
  }

  private static PandionException closing() {
    return PandionException.unavailable("the channel is closing; retry");
  }

  /// Seals all that grows.
  void sealAll() {
    execute(
        () -> {
          Batch batch = new Batch();
          for (ShardDelegator shard : applier.shards()) {
            List<Long> ids = assigner.sealShard(shard.vchannel());
            if (!ids.isEmpty()) {
              batch.seal(shard.vchannel(), shard.collectionId(), ids);
            }
          }
          batch.handOver();
        });
  }

  /// Seals what is old or too large; does nothing when no segment is open.
  void sealOld() {
    execute(
        () ->
            assigner
                .sealOld()
                .forEach(
                    (vchannel, ids) -> {
                      long collectionId = applier.collectionOf(vchannel);
                      if (collectionId >= 0) {
                        Batch batch = new Batch();
                        batch.seal(vchannel, collectionId, ids);
                        batch.handOver();
                      }
                    }));
  }

  private void put(Request request) {
    mailbox.put(request);
    if (closed) {
      failRest();
    }
  }

  @SuppressWarnings("Interruption") // the writer is ours and stops only here
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    failRest();
  }

  private void failRest() {
    for (Request r = mailbox.poll(); r != null; r = mailbox.poll()) {
      PandionException gone = closing();
      switch (r) {
        case Request.Write w -> {
          applier.expectOneLess();
          w.done().completeExceptionally(gone);
        }
        case Request.Barrier b -> b.done().completeExceptionally(gone);
        case Request.Run run -> run.dropped().run();
      }
    }
  }

  private void run() {
    while (!closed) {
      Request first = mailbox.take();
      if (first == null) {
        continue;
      }
      Batch batch = new Batch();
      int taken = 0;
      for (Request r = first; r != null; r = taken < MAX_BATCH ? mailbox.poll() : null) {
        taken++;
        switch (r) {
          case Request.Write w -> {
            queuedBytes.addAndGet(-w.bytes());
            batch.write(w);
          }
          case Request.Barrier b -> {
            batch.handOver();
            applier.barrier(b.done());
          }
          case Request.Run run -> {
            batch.handOver();
            run.action().run();
          }
        }
      }
      batch.handOver();
    }
  }

  private static @Nullable WalBody encode(long collection, ShardWrite write) {
    return switch (write) {
      case ShardWrite.Insert w ->
          WalBody.of(new WalPayload.Insert(collection, w.partitionId(), 0, w.rows()));
      case ShardWrite.Upsert w ->
          WalBody.of(new WalPayload.Upsert(collection, w.partitionId(), 0, w.keys(), w.rows()));
      case ShardWrite.Delete w ->
          WalBody.of(new WalPayload.Delete(collection, w.partitionId(), w.keys()));
      case ShardWrite.CreateShard w ->
          WalBody.of(new WalPayload.CreateShard(collection, w.schema()));
      case ShardWrite.DropShard _ -> WalBody.of(new WalPayload.DropShard(collection));
      case ShardWrite.DropPartition w ->
          WalBody.of(new WalPayload.DropPartition(collection, w.partitionId()));
      case ShardWrite.Truncate _ -> WalBody.of(new WalPayload.Truncate(collection));
      case ShardWrite.AlterSchema w ->
          WalBody.of(new WalPayload.AlterSchema(collection, w.schema()));
      case ShardWrite.Flush _ -> null;
    };
  }

  /// Messages that go to the log in one append.
  private final class Batch {
    private record Draft(
        String vchannel, WalBody body, Request.@Nullable Write write, List<Long> sealed) {}

    private final List<Draft> drafts = new ArrayList<>();

    void write(Request.Write w) {
      switch (w.write()) {
        case ShardWrite.Insert i -> rows(w, i.partitionId(), i.rows().rows());
        case ShardWrite.Upsert u -> rows(w, u.partitionId(), u.rows().rows());
        case ShardWrite.Flush _ -> {
          List<Long> sealed = assigner.sealShard(w.vchannel());
          drafts.add(
              new Draft(
                  w.vchannel(),
                  WalBody.of(new WalPayload.SealSegments(w.collectionId(), sealed)),
                  w,
                  sealed));
        }
        case ShardWrite.DropPartition d -> {
          assigner.sealPartition(w.vchannel(), d.partitionId());
          plain(w);
        }
        case ShardWrite.DropShard _, ShardWrite.Truncate _ -> {
          assigner.sealShard(w.vchannel());
          plain(w);
        }
        case ShardWrite.Delete _, ShardWrite.CreateShard _, ShardWrite.AlterSchema _ -> plain(w);
      }
    }

    void seal(String vchannel, long collectionId, List<Long> segments) {
      drafts.add(
          new Draft(
              vchannel,
              WalBody.of(new WalPayload.SealSegments(collectionId, segments)),
              null,
              segments));
    }

    private void plain(Request.Write w) {
      drafts.add(new Draft(w.vchannel(), java.util.Objects.requireNonNull(w.body()), w, List.of()));
    }

    private void rows(Request.Write w, long partitionId, int rows) {
      WalBody body = java.util.Objects.requireNonNull(w.body());
      body.assign(assigner.assign(w.vchannel(), partitionId, rows, body.size()));
      drafts.add(new Draft(w.vchannel(), body, w, List.of()));
      long full = assigner.sealIfFull(w.vchannel(), partitionId);
      if (full >= 0) {
        seal(w.vchannel(), w.collectionId(), List.of(full));
      }
    }

    void handOver() {
      if (drafts.isEmpty()) {
        return;
      }
      List<WalMessage> messages = new ArrayList<>(drafts.size());
      List<ChannelApplier.Completion> completions = new ArrayList<>(drafts.size());
      try {
        long tick = ticks.apply(drafts.size()).first();
        long lsn = wal.nextLsn();
        for (Draft draft : drafts) {
          messages.add(new WalMessage(lsn, term, tick, draft.vchannel, draft.body));
          if (draft.write != null) {
            completions.add(
                new ChannelApplier.Completion(
                    draft.write.done(), new AppendResult(tick, lsn, draft.sealed)));
          }
          lsn++;
          tick++;
        }
        applier.appended(messages, completions, wal.append(messages));
      } catch (PandionException e) {
        drafts.forEach(
            draft -> {
              if (draft.write != null) {
                applier.expectOneLess();
                draft.write.done().completeExceptionally(e);
              }
            });
      }
      drafts.clear();
    }
  }
}
