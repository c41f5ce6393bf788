package io.pandion.wal.kafka;

import io.pandion.wal.WalChild;

final class KafkaChild {
  private KafkaChild() {}

  /// @param args bootstrap servers, prefix of topics, channel, term
  public static void main(String[] args) throws Exception {
    WalChild.run(
        new KafkaWalProvider(
            new KafkaWalSettings(args[1], 1, java.util.Map.of("bootstrap.servers", args[0])),
            System::nanoTime),
        args[2],
        Long.parseLong(args[3]));
  }
}
