package io.pandion.wal.objectstore;

import io.pandion.meta.MetaStore;
import io.pandion.storage.ObjectStore;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/// Providers as the tests use them.
final class Providers {
  private static final AtomicLong SEEDS = new AtomicLong(System.nanoTime());

  private Providers() {}

  static ObjectWalSettings fastSettings() {
    return ObjectWalSettings.defaults().withWindow(Duration.ofMillis(5), Duration.ofMillis(50));
  }

  /// A new incarnation with a short window.
  static ObjectWalProvider fast(ObjectStore store, MetaStore meta) {
    return with(store, meta, fastSettings());
  }

  /// The same, whose objects the meta store names.
  static ObjectWalProvider named(ObjectStore store, MetaStore meta) {
    return fast(store, meta, ObjectWalSettings.Commit.META);
  }

  static ObjectWalProvider fast(
      ObjectStore store, MetaStore meta, ObjectWalSettings.Commit commit) {
    return with(store, meta, fastSettings().withCommit(commit));
  }

  static ObjectWalProvider with(ObjectStore store, MetaStore meta, ObjectWalSettings settings) {
    long seed = SEEDS.incrementAndGet();
    return new ObjectWalProvider(
        store, meta, settings, "node-" + seed, System::nanoTime, new SplittableRandom(seed));
  }
}
