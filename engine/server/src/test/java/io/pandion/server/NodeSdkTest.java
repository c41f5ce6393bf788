package io.pandion.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The unmodified Milvus client for Node.js gets the answers of an exact model: see
/// `examples/node/conformance.js`, which fails at the first that differs.
class NodeSdkTest {
  @TempDir Path data;

  @Test
  void the_client_for_node_agrees_with_its_model() throws Exception {
    try (ServerProcess server = ServerProcess.start("node-sdk", data)) {
      String printed = Programs.node("conformance.js", "127.0.0.1:" + server.port());
      System.out.println(printed);
      assertThat(printed).containsPattern("all \\d+ parts agree");
    }
  }
}
