package io.pandion.server;

import io.pandion.model.PandionException;
import io.pandion.server.client.MilvusClient;
import io.pandion.server.quickstart.Quickstart;
import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Shows what Pandion does, on real data.
@Command(
    name = "quickstart",
    description = "Inserts ten thousand words into a server, searches, filters, deletes.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class QuickstartCommand implements Callable<Integer> {
  private static final Duration ANSWER = Duration.ofSeconds(3);

  @Mixin ClientOptions server = new ClientOptions();

  @Option(
      names = "--embedded",
      description = "Uses a temporary server in this process, even when another one runs.")
  boolean embedded;

  @Override
  public Integer call() throws IOException {
    PrintStream out = System.out;
    if (!embedded) {
      try (MilvusClient client = server.connect()) {
        client.version(ANSWER);
        out.println("Using the server on " + client.address() + ".");
        run(client, client.address(), out);
        return 0;
      } catch (PandionException e) {
        if (e.reason() != PandionException.Reason.UNAVAILABLE_RETRY) {
          throw e;
        }
        out.println(
            "No server answers on "
                + server.host
                + ":"
                + server.port
                + " (start one with: ./pandion standalone), so this is a temporary one.");
      }
    }
    temporary(out);
    return 0;
  }

  private static void temporary(PrintStream out) throws IOException {
    Path directory = Files.createTempDirectory("pandion-quickstart");
    try (StandaloneServer temporary = new StandaloneServer(Settings.below(directory))) {
      int port = temporary.start();
      try (MilvusClient client = new MilvusClient("127.0.0.1", port)) {
        out.println("Started a server on " + client.address() + ", its data in " + directory + ".");
        run(client, "127.0.0.1:19530", out);
      }
    } finally {
      delete(directory);
    }
    out.println();
    out.println("The temporary server and its data are gone. Keep your own: ./pandion standalone");
  }

  @SuppressWarnings("SystemConsoleNull") // Java 25 is back to null where nobody watches
  private static void run(MilvusClient client, String address, PrintStream out) {
    Console console = System.console();
    boolean terminal = console != null && console.isTerminal();
    new Quickstart(client, address, out, terminal).run();
  }

  private static void delete(Path directory) throws IOException {
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(directory)) {
      paths = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.deleteIfExists(path);
    }
  }
}
