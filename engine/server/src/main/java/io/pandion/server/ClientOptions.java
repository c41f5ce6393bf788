package io.pandion.server;

import io.pandion.server.client.MilvusClient;
import picocli.CommandLine.Option;

/// Where a client command finds its server.
final class ClientOptions {
  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "Server to use; default ${DEFAULT-VALUE}.")
  String host = "";

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "19530",
      description = "Its port; default ${DEFAULT-VALUE}.")
  int port;

  MilvusClient connect() {
    return new MilvusClient(host, port);
  }
}
