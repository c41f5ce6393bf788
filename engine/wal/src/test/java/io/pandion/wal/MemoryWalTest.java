package io.pandion.wal;

final class MemoryWalTest extends WalContract {
  @Override
  protected WalProvider create() {
    return new MemoryWalProvider();
  }

  @Override
  protected WalProvider restart(WalProvider provider) {
    return provider;
  }
}
