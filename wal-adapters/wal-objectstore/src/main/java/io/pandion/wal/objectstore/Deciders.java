package io.pandion.wal.objectstore;

import io.pandion.meta.MetaStore;
import io.pandion.storage.ObjectStore;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/// Makes the parts of a provider that keep the protocol's promises. Tests plant faults here, to
/// show that they would be found.
class Deciders {
  private static final int IDLE_SLOTS = 16;
  private static final int ROLL_UP_SLOTS = 256;

  WalMeta meta(MetaStore store) {
    return new WalMeta(store);
  }

  CommitPlanner planner(ObjectWalSettings settings, RandomGenerator random) {
    return new CommitPlanner(settings, random);
  }

  StreamFence fence(ObjectStore store, long writer) {
    return new StreamFence(store, writer);
  }

  MetaNamedObjects named(
      ObjectStore bucket, MetaStore meta, long writer, Predicate<String> collected) {
    return new MetaNamedObjects(bucket, meta, writer, collected);
  }

  LowWater lowWater(WalMeta meta, ObjectStore store) {
    return new LowWater(meta, store, rollUps());
  }

  IdleExtents idleExtents() {
    return new IdleExtents(IDLE_SLOTS);
  }

  RollUps rollUps() {
    return new RollUps(ROLL_UP_SLOTS);
  }
}
