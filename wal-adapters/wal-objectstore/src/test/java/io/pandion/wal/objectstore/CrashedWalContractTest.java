package io.pandion.wal.objectstore;

import io.pandion.meta.FileMetaStore;
import io.pandion.storage.MemoryObjectStore;
import io.pandion.wal.WalContract;
import io.pandion.wal.WalProvider;

/// The contract when nobody closes anything: each restart leaves the provider before as it is,
/// which could go on at any time, and takes its channels over with a fence.
final class CrashedWalContractTest extends WalContract {
  private final MemoryObjectStore store = new MemoryObjectStore();
  private final FileMetaStore meta = FileMetaStore.inMemory();

  @Override
  protected WalProvider create() {
    return Providers.fast(store, meta);
  }

  @Override
  protected WalProvider another(WalProvider first) {
    return create();
  }

  @Override
  protected WalProvider restart(WalProvider provider) {
    return create();
  }
}
