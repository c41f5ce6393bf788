package io.pandion.wal.objectstore;

import io.pandion.meta.FileMetaStore;
import io.pandion.storage.FileObjectStore;
import io.pandion.wal.WalContract;
import io.pandion.wal.WalProvider;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/// The contract on `file://`.
final class FileWalContractTest extends WalContract {
  @TempDir private Path directory;
  private final FileMetaStore meta = FileMetaStore.inMemory();

  @Override
  protected WalProvider create() {
    return Providers.fast(new FileObjectStore(directory), meta);
  }

  @Override
  protected WalProvider another(WalProvider first) {
    return create();
  }

  @Override
  protected WalProvider restart(WalProvider provider) {
    provider.close();
    return create();
  }
}
