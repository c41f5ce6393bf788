package io.pandion.server;

import io.pandion.model.PandionException;
import io.pandion.server.bench.Bench;
import io.pandion.server.bench.BenchPlan;
import io.pandion.server.bench.IndexSpec;
import io.pandion.server.client.VectorFile;
import io.pandion.server.client.VectorSet;
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

  @Option(
      names = "--set",
      paramLabel = "NAME",
      description =
          "Instead of a file: a data set (g100k, glove339k, wordnet117k, syn768) that 'pandion bench"
              + " data' has made in the folder of --data.")
  @Nullable String set;

  @Option(names = "--data", paramLabel = "DIR", description = "Folder of data sets.")
  @Nullable Path data;

  @Option(names = "--rows", description = "Vectors of the file at most.")
  int rows = Integer.MAX_VALUE;

  @Option(names = "--queries", description = "Queries; of a file as many vectors are held out.")
  int queries = 200;

  @Option(names = "--metric", description = "One of ${COMPLETION-CANDIDATES}.")
  Metric metric = Metric.COSINE;

  @Option(
      names = "--index",
      paramLabel = "TYPE,NAME=VALUE…@SEARCH|SEARCH…",
      description = "The index with its parameters, and those of searches; ';' between two of one.")
  String index = "HNSW,M=16,efConstruction=200@ef=16|ef=64|ef=256";

  @Option(names = "--writers", description = "Clients that insert.")
  int writers = 2;

  @Option(names = "--batch", description = "Rows of an insert.")
  int batch = 1_000;

  @Option(names = "-k", description = "Neighbours of a search.")
  int k = 10;

  @Option(names = "--nq", split = ",", description = "Numbers of queries of a call.")
  List<Integer> nq = List.of(1);

  @Option(names = "--clients", split = ",", description = "Numbers of clients that search.")
  List<Integer> clients = List.of(1, 2, 8);

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
            vectors(),
            rows,
            queries,
            metric.name(),
            IndexSpec.of(index),
            writers,
            batch,
            k,
            nq,
            clients,
            Duration.ofSeconds(seconds));
    try (var probe = server.connect()) {
      probe.version(Duration.ofSeconds(3));
    }
    new Bench(plan, server::connect, System.out).run();
    return 0;
  }

  private Path vectors() {
    if ((set == null) != (data == null) || (set != null && file != null)) {
      throw PandionException.invalid(
          "--set needs --data, the folder of data sets, and no --file; given are --set "
              + set
              + ", --data "
              + data
              + ", --file "
              + file);
    }
    if (set != null && data != null) {
      return VectorSet.require(data.resolve(set));
    }
    return file == null ? VectorFile.words() : file;
  }
}
