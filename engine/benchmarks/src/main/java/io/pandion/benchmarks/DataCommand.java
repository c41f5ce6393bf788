package io.pandion.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Makes data sets and their exact truth, which are not made again later.
@Command(
    name = "data",
    mixinStandardHelpOptions = true,
    description = "Makes data sets for 'pandion bench' and 'pandion bench index', once each.")
public final class DataCommand implements Callable<Integer> {
  @Option(names = "--data", required = true, description = "Folder of data sets.")
  private Path data = Path.of("data");

  @Option(
      names = "--set",
      split = ",",
      required = true,
      description = "glove339k, g100k, wordnet117k, syn768.")
  private List<String> sets = List.of();

  private DataCommand() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new DataCommand()).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    Files.createDirectories(data);
    for (String name : sets) {
      DataSet set = new DataSets(data.toAbsolutePath()).open(name);
      ExactTruth.make(set, Share.of("1"));
      System.out.printf(
          "%s: %d rows and %d queries of %d floats in %s%n",
          name, set.rows(), set.queries(), set.dimension(), set.folder());
    }
    return 0;
  }
}
