package io.pandion.wal.kafka;

import io.pandion.wal.WalContract;
import io.pandion.wal.WalProvider;
import java.util.Map;
import java.util.Optional;

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

  @Override
  protected Optional<WalProvider> patient() {
    Map<String, String> asInService =
        Map.of("delivery.timeout.ms", Integer.toString(Integer.MAX_VALUE));
    return Optional.of(
        new KafkaWalProvider(SharedBroker.settings(prefix, asInService), this::nanos));
  }

  @Override
  protected void takeAway() {
    SharedBroker.get().kill();
  }

  @Override
  protected void bringBack() throws Exception {
    SharedBroker.get().restart();
  }

  private WalProvider another() {
    return new KafkaWalProvider(SharedBroker.settings(prefix), System::nanoTime);
  }
}
