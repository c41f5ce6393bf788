package io.pandion.wal.pulsar;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.wal.WalContract;
import io.pandion.wal.WalProvider;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.SubscriptionInitialPosition;

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

  /// Pulsar removes what nobody holds in its own time; a subscription that is there would give what
  /// it holds.
  @Override
  protected void assertGone(String pchannel) throws Exception {
    PulsarWalSettings settings = PulsarBroker.settings(prefix);
    try (PulsarClient client =
            PulsarClient.builder().serviceUrl(PulsarBroker.shared().serviceUrl()).build();
        var consumer =
            client
                .newConsumer()
                .topic(settings.topicPrefix() + pchannel)
                .subscriptionName("pandion-wal")
                .subscriptionInitialPosition(SubscriptionInitialPosition.Latest)
                .subscribe()) {
      assertThat(consumer.receive(1, TimeUnit.SECONDS)).isNull();
      consumer.unsubscribe();
    }
  }

  @Override
  protected Optional<WalProvider> patient() {
    return Optional.of(another());
  }

  @Override
  protected void takeAway() {
    PulsarBroker.shared().kill();
  }

  @Override
  protected void bringBack() throws Exception {
    PulsarBroker.shared().start();
  }

  private WalProvider another() {
    return new PulsarWalProvider(PulsarBroker.settings(prefix), this::nanos);
  }
}
