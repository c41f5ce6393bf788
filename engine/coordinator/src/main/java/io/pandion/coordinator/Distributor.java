package io.pandion.coordinator;

import io.pandion.cluster.Distribution;
import io.pandion.meta.CollectionInfo;
import io.pandion.model.PandionException;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/// Sends shards what they shall serve. A distribution is decided and sent while no command hides
/// rows, so that none can bring back what a shard was told to forget. Threads: any number.
final class Distributor {
  private static final int STRIPES = 64;
  private final Board board;
  private final Shards shards;
  private final TickOracle ticks;
  private final ReentrantReadWriteLock hiding = new ReentrantReadWriteLock(true);
  private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];

  Distributor(Board board, Shards shards, TickOracle ticks) {
    this.board = board;
    this.shards = shards;
    this.ticks = ticks;
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new ReentrantLock();
    }
  }

  /// Held by whoever takes rows away that a distribution may count on.
  Lock hiding() {
    return hiding.writeLock();
  }

  /// Tells a shard what it has not heard, if there is anything.
  ///
  /// @throws PandionException UNAVAILABLE_RETRY when the shard lacks deletes for now
  void distribute(String vchannel) {
    hiding.readLock().lock();
    ReentrantLock stripe = stripes[Math.floorMod(vchannel.hashCode(), STRIPES)];
    stripe.lock();
    try {
      PlanState state = board.snapshot();
      Optional<CollectionInfo> collection = collection(state, vchannel);
      if (collection.isEmpty()) {
        return;
      }
      Optional<Distribution> next = HandOver.next(state, collection.get(), vchannel, ticks.next());
      if (next.isEmpty()) {
        return;
      }
      if (shards.owner(vchannel).distribute(vchannel, next.get())) {
        board.taken(vchannel, next.get());
      } else if (!board.refused(vchannel, next.get())) {
        throw PandionException.unavailable(
            "shard " + vchannel + " no longer has deletes that its new segments lack; retry");
      }
    } finally {
      stripe.unlock();
      hiding.readLock().unlock();
    }
  }

  private static Optional<CollectionInfo> collection(PlanState state, String vchannel) {
    return state.catalog().collections().stream()
        .filter(c -> c.shards().stream().anyMatch(s -> s.vchannel().equals(vchannel)))
        .findFirst();
  }
}
