package io.pandion.wal.objectstore;

import io.pandion.meta.MetaStore;
import io.pandion.storage.ObjectStore;
import io.pandion.wal.Wal;
import io.pandion.wal.objectstore.sim.NodeThreads;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/// The provider on threads of a simulation.
public final class SimulatedProvider {
  private record Simulated(NodeThreads node) implements Threads {
    @Override
    public long nanos() {
      return node.nanos();
    }

    @Override
    public ReentrantLock lock() {
      return node.lock();
    }

    @Override
    public ExecutorService requests() {
      return node.requests();
    }

    @Override
    public Thread thread(String name, Runnable task) {
      return node.thread(task);
    }

    @Override
    public long await(ReentrantLock lock, Condition condition, long nanos)
        throws InterruptedException {
      return node.await(lock, condition, nanos);
    }

    @Override
    public void pause(long nanos) {
      node.sleep(nanos);
    }
  }

  private SimulatedProvider() {}

  public static ObjectWalProvider open(
      ObjectStore store,
      MetaStore meta,
      ObjectWalSettings settings,
      String node,
      NodeThreads threads,
      RandomGenerator random,
      PlantedFault fault) {
    return new ObjectWalProvider(
        store, meta, settings, node, new Simulated(threads), random, fault.deciders());
  }

  /// Number of the opening in the channel's entry of the meta store.
  public static long opening(Wal wal) {
    return ((ObjectWal) wal).opening();
  }

  /// Frees what a node that died holds outside of the heap.
  public static void dispose(ObjectWalProvider provider) {
    provider.compressor().close();
  }
}
