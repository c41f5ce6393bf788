package io.pandion.wal.local;

import io.pandion.wal.WalContract;
import io.pandion.wal.WalProvider;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class LocalWalContractTest extends WalContract {
  @TempDir private Path directory;

  @Override
  protected WalProvider create() {
    return new LocalWalProvider(directory, new LocalWalSettings(2_000, 4_000, 8_000));
  }

  @Override
  protected WalProvider restart(WalProvider provider) {
    provider.close();
    return create();
  }
}
