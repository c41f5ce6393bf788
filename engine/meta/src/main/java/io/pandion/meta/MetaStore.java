package io.pandion.meta;

import java.util.List;
import java.util.Optional;

/// A small ordered key-value store with transactions: etcd, or embedded. Keys are paths
/// (`segment/42`), values bytes. Any number of threads; every commit is durable when it returns.
public interface MetaStore extends AutoCloseable {
  Optional<MetaEntry> get(String key);

  /// All entries whose key starts with `prefix`, in key order.
  List<MetaEntry> list(String prefix);

  /// Applies all operations if all conditions hold, else nothing.
  ///
  /// @return whether the conditions held
  boolean commit(MetaTransaction transaction);

  /// Calls the listener, in order and on one thread, for every change under `prefix` with a
  /// revision of `fromRevision` or more that is committed while the watch is open.
  AutoCloseable watch(String prefix, long fromRevision, MetaListener listener);

  /// Revision of the latest commit.
  long revision();

  @Override
  void close();
}
