package io.pandion.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Compares indexes: recall against speed, interleaved in one process tree.
@Command(
    name = "index",
    mixinStandardHelpOptions = true,
    description = {
      "Compares our indexes with hnswlib, Lucene and JVector: recall, speed, build, sizes.",
      "",
      "Data sets, truth and indexes are made once and kept in the data folder. Every engine runs in"
          + " a process of its own; they take turns, point by point, in several rounds."
    })
public final class IndexBench implements Callable<Integer> {
  @Option(names = "--data", required = true, description = "Folder of data sets and indexes.")
  private Path data = Path.of("data");

  @Option(
      names = "--set",
      split = ",",
      defaultValue = "g100k",
      description = "glove339k, g100k, wordnet117k, syn768. Default: ${DEFAULT-VALUE}.")
  private List<String> sets = List.of();

  @Option(
      names = "--engine",
      description =
          "hnswlib, lucene, jvector or an index type, with parameters and points of the curve, such"
              + " as 'HNSW,M=16@ef=40|ef=80'; kernel=vector|scalar|native chooses what it computes"
              + " with. May be repeated. Default: hnswlib, lucene, HNSW,"
              + " SCANN.")
  private List<String> engines =
      List.of("hnswlib", "lucene", "HNSW,M=16,efConstruction=200", "SCANN");

  @Option(
      names = "--share",
      split = ",",
      defaultValue = "1",
      description = "Shares of the rows that pass a filter, such as 1,0.5,0.1,0.01,0.001.")
  private List<String> shares = List.of();

  @Option(names = "--batch", split = ",", defaultValue = "1", description = "Queries a call.")
  private List<Integer> batches = List.of();

  @Option(names = "--threads", split = ",", defaultValue = "1", description = "Searching threads.")
  private List<Integer> threads = List.of();

  @Option(names = "--build-threads", defaultValue = "2", description = "Threads of a build.")
  private int buildThreads = 2;

  @Option(
      names = "--rounds",
      defaultValue = "5",
      description = "Rounds that count, after two that warm up. Default: ${DEFAULT-VALUE}.")
  private int rounds = 5;

  @Option(names = "--rebuild", description = "Build indexes of Pandion again.")
  private boolean rebuild;

  @Option(
      names = "--hnswlib",
      defaultValue = "/usr/include",
      description = "Where hnswlib/hnswlib.h lies. Default: ${DEFAULT-VALUE}.")
  private Path include = Path.of("/usr/include");

  @Option(
      names = "--out",
      defaultValue = "bench-index",
      description = "Folder for Markdown, CSV and charts. Default: ${DEFAULT-VALUE}.")
  private Path out = Path.of("bench-index");

  private IndexBench() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new IndexBench()).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    Files.createDirectories(data);
    Path folder = data.toAbsolutePath();
    List<EngineSpec> specs = engines.stream().map(EngineSpec::of).toList();
    for (String name : sets) {
      DataSet set = new DataSets(folder).open(name);
      for (String share : shares) {
        ExactTruth.make(set, Share.of(share));
      }
      if (rebuild) {
        forget(set, specs);
      }
      measure(set, specs, new HnswlibDriver(folder, include.toAbsolutePath()));
    }
    return 0;
  }

  private static void forget(DataSet set, List<EngineSpec> specs) throws IOException {
    for (EngineSpec spec : specs) {
      if (spec.isPandion()) {
        Files.deleteIfExists(
            set.folder().resolve("index").resolve(spec.label()).resolve("built.properties"));
      }
    }
  }

  private void measure(DataSet set, List<EngineSpec> specs, HnswlibDriver driver)
      throws IOException {
    List<EngineProcess> processes = new ArrayList<>();
    try {
      for (EngineSpec spec : specs) {
        processes.add(EngineProcess.start(spec, set, driver, buildThreads));
      }
      List<Curve> curves = new ArrayList<>();
      for (String share : shares) {
        for (int batch : batches) {
          for (int thread : threads) {
            curves.addAll(condition(processes, Share.of(share), batch, thread));
          }
        }
      }
      Report report = new Report(set, processes, curves, specs.get(0).label());
      report.write(out);
      System.out.println(Files.readString(out.resolve(set.name() + ".md")));
    } finally {
      processes.forEach(EngineProcess::close);
    }
  }

  /// All engines under one condition, taking turns.
  private List<Curve> condition(List<EngineProcess> processes, Share share, int batch, int thread)
      throws IOException {
    Map<EngineProcess, List<Curve.Point>> points = new LinkedHashMap<>();
    for (EngineProcess process : processes) {
      if (process.spec().isHnswlib() && !share.all()) {
        continue; // this version takes no filter
      }
      List<Curve.Point> of = new ArrayList<>();
      for (Map<String, String> point : process.spec().points()) {
        of.add(new Curve.Point(EngineSpec.text(point), new ArrayList<>()));
      }
      points.put(process, of);
    }
    for (int round = -2; round < rounds; round++) {
      for (Map.Entry<EngineProcess, List<Curve.Point>> each : points.entrySet()) {
        List<Map<String, String>> of = each.getKey().spec().points();
        for (int i = 0; i < of.size(); i++) {
          Measured measured = each.getKey().ask(new Ask(of.get(i), share, 10, batch, thread));
          if (round >= 0) {
            each.getValue().get(i).rounds().add(measured);
          }
        }
      }
    }
    return points.entrySet().stream()
        .map(e -> new Curve(e.getKey().spec().label(), share, batch, thread, e.getValue()))
        .toList();
  }
}
