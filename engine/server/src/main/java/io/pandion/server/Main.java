package io.pandion.server;

import io.pandion.model.PandionException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The program `pandion`.
@Command(
    name = "pandion",
    description = "Pandion, a vector database that speaks the Milvus protocol.",
    subcommands = {
      StandaloneCommand.class,
      QuickstartCommand.class,
      BenchCommand.class,
      WalCommand.class
    },
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Begin with: pandion standalone, and in another terminal: pandion quickstart",
      "Every setting is in deploy/pandion.yaml."
    })
public final class Main {
  @CommandLine.Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Says this.")
  boolean help;

  @CommandLine.Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Says the version.")
  boolean version;

  private Main() {}

  /// Exit code 0 when all went well, 1 for a failure, 2 for a wrong command line.
  public static void main(String[] args) {
    System.exit(run(args));
  }

  static int run(String... args) {
    return new CommandLine(new Main())
        .setExecutionExceptionHandler(
            (e, line, _) -> {
              PrintWriter err = line.getErr();
              if (e instanceof PandionException known) {
                err.println("pandion: " + known.getMessage());
              } else {
                err.println("pandion: this is a defect of Pandion, please report it");
                e.printStackTrace(err);
              }
              err.flush();
              return 1;
            })
        .execute(args);
  }

  /// Version of the jar.
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"Pandion " + current()};
    }

    static String current() {
      String version = Main.class.getPackage().getImplementationVersion();
      return version == null ? "(not packaged)" : version;
    }
  }
}
