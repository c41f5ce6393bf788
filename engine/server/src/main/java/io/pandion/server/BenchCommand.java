package io.pandion.server;

import io.pandion.server.bench.Bench;
import io.pandion.server.bench.BenchPlan;
import io.pandion.server.client.VectorFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Measures a running server.
@Command(
    name = "bench",
    description = "Measures a running server: inserts, index, searches and recall, as Markdown.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    showDefaultValues = true)
final class BenchCommand implements Callable<Integer> {
  @Mixin ClientOptions server = new ClientOptions();

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "Parquet with a list of FLOAT, or .fvecs; without it glove-10k.parquet.")
  @Nullable Path file;

  @Option(names = "--rows", description = "Vectors of the file at most.")
  int rows = Integer.MAX_VALUE;

  @Option(names = "--queries", description = "Vectors held out as queries.")
  int queries = 200;

  @Option(names = "--metric", description = "One of ${COMPLETION-CANDIDATES}.")
  Metric metric = Metric.COSINE;

  @Option(names = "--m", description = "Neighbours of a node in the HNSW graph.")
  int m = 16;

  @Option(names = "--ef-construction", description = "Breadth of the search while building.")
  int efConstruction = 200;

  @Option(names = "--writers", description = "Clients that insert.")
  int writers = 2;

  @Option(names = "--batch", description = "Rows of an insert.")
  int batch = 1_000;

  @Option(names = "-k", description = "Neighbours of a search.")
  int k = 10;

  @Option(names = "--clients", split = ",", description = "Numbers of clients that search.")
  List<Integer> clients = List.of(1, 2, 8);

  @Option(names = "--ef", split = ",", description = "Breadths of a search.")
  List<Integer> ef = List.of(16, 64, 256);

  @Option(names = "--seconds", description = "How long each row of the table is measured.")
  int seconds = 5;

  enum Metric {
    COSINE,
    IP,
    L2
  }

  @Override
  public Integer call() {
    BenchPlan plan =
        new BenchPlan(
            file == null ? VectorFile.words() : file,
            rows,
            queries,
            metric.name(),
            m,
            efConstruction,
            writers,
            batch,
            k,
            clients,
            ef,
            Duration.ofSeconds(seconds));
    try (var probe = server.connect()) {
      probe.version(Duration.ofSeconds(3));
    }
    new Bench(plan, server::connect, System.out).run();
    return 0;
  }
}
