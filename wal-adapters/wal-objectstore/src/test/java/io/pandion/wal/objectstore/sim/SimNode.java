package io.pandion.wal.objectstore.sim;

import io.pandion.wal.objectstore.ObjectWalProvider;

/// One incarnation of a node.
record SimNode(String name, NodeThreads threads, ObjectWalProvider provider) {
  boolean isLive() {
    return !threads.isDead();
  }
}
