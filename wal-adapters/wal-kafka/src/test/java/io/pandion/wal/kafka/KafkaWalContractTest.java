package io.pandion.wal.kafka;

import io.pandion.wal.WalContract;
import io.pandion.wal.WalProvider;

/// The contract on a real broker; each test has topics of its own.
final class KafkaWalContractTest extends WalContract {
  private static int tests;
  private String prefix = "";

  @Override
  protected WalProvider create() {
    tests++;
    prefix = "t" + tests + "-";
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
    SharedBroker.get().kill();
    return true;
  }

  @Override
  protected void repairWrites() throws Exception {
    SharedBroker.get().restart();
  }

  private WalProvider another() {
    return new KafkaWalProvider(SharedBroker.settings(prefix), System::nanoTime);
  }
}
