package io.pandion.wal.kafka;

import io.pandion.wal.WalProcessContract;
import io.pandion.wal.WalProvider;
import java.util.List;

/// Processes that die or stand still over a real broker.
final class KafkaWalProcessTest extends WalProcessContract {
  @Override
  protected WalProvider provider() {
    return new KafkaWalProvider(SharedBroker.settings("process-"), System::nanoTime);
  }

  @Override
  protected String childClass() {
    return KafkaChild.class.getName();
  }

  @Override
  protected List<String> childArguments(String channel, long term) {
    return List.of(SharedBroker.get().bootstrapServers(), "process-", channel, Long.toString(term));
  }
}
