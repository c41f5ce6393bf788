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

  @Override
  protected void repairWrites() {
    memory(provider).failWrites(false);
  }

  @Override
  protected boolean failWrites(WalProvider provider) {
    memory(provider).failWrites(true);
    return true;
  }

  private static MemoryWalProvider memory(WalProvider provider) {
    if (provider instanceof MemoryWalProvider memory) {
      return memory;
    }
    throw new AssertionError(provider);
  }
}
