package io.pandion.wal.local;

import io.pandion.wal.WalContract;
import io.pandion.wal.WalProvider;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class LocalWalContractTest extends WalContract {
  @TempDir private Path directory;
  private final FailingDisk disk = new FailingDisk();

  @Override
  protected WalProvider create() {
    return another();
  }

  @Override
  protected WalProvider restart(WalProvider provider) {
    provider.close();
    return another();
  }

  @Override
  protected WalProvider another(WalProvider first) {
    return another();
  }

  @Override
  protected boolean failWrites(WalProvider provider) {
    disk.failSyncs();
    return true;
  }

  @Override
  protected void repairWrites() {
    disk.repair();
  }

  private WalProvider another() {
    return new LocalWalProvider(directory, new LocalWalSettings(2_000, 4_000, 8_000), disk);
  }
}
