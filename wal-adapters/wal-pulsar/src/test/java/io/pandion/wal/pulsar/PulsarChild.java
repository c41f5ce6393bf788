package io.pandion.wal.pulsar;

import io.pandion.wal.WalChild;
import java.util.Map;

final class PulsarChild {
  private PulsarChild() {}

  /// @param args service URL, prefix of topics, channel, term
  public static void main(String[] args) throws Exception {
    WalChild.run(
        new PulsarWalProvider(
            new PulsarWalSettings(args[1], Map.of("serviceUrl", args[0])), System::nanoTime),
        args[2],
        Long.parseLong(args[3]));
  }
}
