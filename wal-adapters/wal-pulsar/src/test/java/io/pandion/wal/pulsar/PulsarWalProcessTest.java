package io.pandion.wal.pulsar;

import io.pandion.wal.WalProcessContract;
import io.pandion.wal.WalProvider;
import java.util.List;

/// Processes that die or stand still over a real broker.
final class PulsarWalProcessTest extends WalProcessContract {
  @Override
  protected WalProvider provider() {
    return new PulsarWalProvider(PulsarBroker.settings("process-"), System::nanoTime);
  }

  @Override
  protected String childClass() {
    return PulsarChild.class.getName();
  }

  @Override
  protected List<String> childArguments(String channel, long term) {
    return List.of(
        PulsarBroker.shared().serviceUrl(),
        PulsarBroker.settings("process-").topicPrefix(),
        channel,
        Long.toString(term));
  }
}
