package io.pandion.server;

import io.pandion.model.PandionException;
import io.pandion.protocol.admin.ChannelLog;
import io.pandion.protocol.admin.LogEra;
import io.pandion.server.client.AdminClient;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Moves the write-ahead log of a running server, and shows where it is.
@Command(
    name = "wal",
    description = "Shows where the write-ahead log of a running server is, and moves it.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {WalCommand.Switch.class, WalCommand.Status.class})
final class WalCommand {

  /// The server to talk to.
  static final class Address {
    @Option(
        names = "--address",
        paramLabel = "HOST:PORT",
        defaultValue = "127.0.0.1:19530",
        description = "Server to use; default ${DEFAULT-VALUE}.")
    String address = "";

    AdminClient connect() {
      int colon = address.lastIndexOf(':');
      try {
        if (colon > 0) {
          return new AdminClient(
              address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
        }
      } catch (NumberFormatException e) {
        throw wrong(e);
      }
      throw wrong(null);
    }

    private PandionException wrong(@org.jspecify.annotations.Nullable Exception cause) {
      return new PandionException(
          PandionException.Reason.INVALID_REQUEST,
          PandionException.Subject.PARAMETER,
          "--address " + address + ": expected host:port",
          cause);
    }
  }

  /// Moves the log.
  @Command(
      name = "switch",
      description = {
        "Moves the write-ahead log to another backend while the server serves: writes wait for a",
        "moment, nothing is lost or repeated. The settings of the backend must be in the server's",
        "pandion.yaml (or environment) since its start."
      },
      mixinStandardHelpOptions = true,
      versionProvider = Main.Version.class)
  static final class Switch implements Callable<Integer> {
    @Mixin Address server = new Address();

    @Option(
        names = "--to",
        required = true,
        paramLabel = "TYPE",
        description = "local, object, kafka or pulsar.")
    String type = "";

    @Override
    public Integer call() {
      PrintStream out = System.out;
      try (AdminClient client = server.connect()) {
        client.switchLog(type, out::println);
      }
      out.println("The log is of type " + type + " now. Set wal.type to it in pandion.yaml.");
      return 0;
    }
  }

  /// Shows where the log is.
  @Command(
      name = "status",
      description = {
        "For each channel: the logs that hold its messages (the last one is written), the next lsn,",
        "and how many messages are not in files yet."
      },
      mixinStandardHelpOptions = true,
      versionProvider = Main.Version.class)
  static final class Status implements Callable<Integer> {
    @Mixin Address server = new Address();

    @Override
    public Integer call() {
      List<ChannelLog> logs;
      try (AdminClient client = server.connect()) {
        logs = client.logs();
      }
      PrintStream out = System.out;
      out.printf("%-20s %12s %12s  %s%n", "channel", "next lsn", "not in files", "logs");
      for (ChannelLog log : logs) {
        out.printf(
            "%-20s %12d %12d  %s%n",
            log.getChannel(),
            log.getNextLsn(),
            log.getNextLsn() - log.getNeededFrom(),
            log.getLogsList().stream().map(Status::text).collect(Collectors.joining(", then ")));
      }
      return 0;
    }

    private static String text(LogEra log) {
      return log.getType() + " " + log.getName() + " from lsn " + log.getFromLsn();
    }
  }
}
