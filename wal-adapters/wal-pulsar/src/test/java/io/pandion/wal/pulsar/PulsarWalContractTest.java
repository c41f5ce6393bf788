package io.pandion.wal.pulsar;

import io.pandion.wal.WalContract;
import io.pandion.wal.WalProvider;

/// The contract on a real broker; each test has topics of its own.
final class PulsarWalContractTest extends WalContract {
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
    PulsarBroker.shared().kill();
    return true;
  }

  @Override
  protected void repairWrites() throws Exception {
    PulsarBroker.shared().start();
  }

  private WalProvider another() {
    return new PulsarWalProvider(PulsarBroker.settings(prefix));
  }
}
