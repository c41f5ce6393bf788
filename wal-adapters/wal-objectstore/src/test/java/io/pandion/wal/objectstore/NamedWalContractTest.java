package io.pandion.wal.objectstore;

import io.pandion.meta.FileMetaStore;
import io.pandion.storage.MemoryObjectStore;
import io.pandion.wal.WalContract;
import io.pandion.wal.WalProvider;
import org.junit.jupiter.api.Nested;

/// The contract on a store that overwrites, with objects that the meta store names.
final class NamedWalContractTest {
  abstract static class Named extends WalContract {
    private final MemoryObjectStore store = MemoryObjectStore.overwriting();
    private final FileMetaStore meta = FileMetaStore.inMemory();

    @Override
    protected WalProvider create() {
      return Providers.named(store, meta);
    }

    @Override
    protected WalProvider another(WalProvider first) {
      return create();
    }
  }

  @Nested
  final class Closed extends Named {
    @Override
    protected WalProvider restart(WalProvider provider) {
      provider.close();
      return create();
    }
  }

  /// Each restart leaves the provider before as it is, which could go on at any time.
  @Nested
  final class Crashed extends Named {
    @Override
    protected WalProvider restart(WalProvider provider) {
      return create();
    }
  }
}
