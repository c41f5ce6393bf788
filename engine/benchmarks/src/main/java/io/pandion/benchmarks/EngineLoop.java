package io.pandion.benchmarks;

import io.pandion.index.AcceptRows;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// A measuring process: opens one index, then answers one [Ask] a line with one [Measured] a line.
final class EngineLoop {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final DataSet set;
  private final Engine engine;
  private final float[][] queries;

  EngineLoop(DataSet set, Engine engine) throws IOException {
    this.set = set;
    this.engine = engine;
    try (Arena arena = Arena.ofConfined()) {
      this.queries = set.queryVectors(arena);
    }
  }

  /// Until the other side closes the stream.
  void serve(PrintStream out) throws IOException {
    out.println("READY " + Memory.residentBytes());
    out.flush();
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (ExecutorService pool = Executors.newCachedThreadPool()) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        out.println(measure(Ask.of(line), pool).line());
        out.flush();
      }
    }
  }

  /// One pass of one thread over its part of the queries.
  private static final class Pass {
    private final double[] callMicros;
    private double cpuSeconds;

    Pass(int calls) {
      this.callMicros = new double[calls];
    }
  }

  private Measured measure(Ask ask, ExecutorService pool) throws IOException {
    AcceptRows accept = ask.share().rows(set.rows());
    int[][] found = new int[queries.length][ask.k()];
    List<Future<Pass>> passes = new ArrayList<>();
    long start = System.nanoTime();
    for (int t = 0; t < ask.threads(); t++) {
      int from = (int) ((long) queries.length * t / ask.threads());
      int to = (int) ((long) queries.length * (t + 1) / ask.threads());
      passes.add(pool.submit(() -> pass(ask, accept, from, to, found)));
    }
    double cpu = 0;
    List<double[]> micros = new ArrayList<>();
    for (Future<Pass> each : passes) {
      Pass pass = get(each);
      cpu += pass.cpuSeconds;
      micros.add(pass.callMicros);
    }
    double wall = (System.nanoTime() - start) / 1e9;
    double[] all = micros.stream().flatMapToDouble(Arrays::stream).sorted().toArray();
    return new Measured(
        recall(ask, found),
        queries.length,
        cpu,
        wall,
        all[all.length / 2],
        all[(int) (all.length * 0.99)]);
  }

  private static Pass get(Future<Pass> pass) {
    try {
      return pass.get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException("a search failed", e);
    }
  }

  private Pass pass(Ask ask, @Nullable AcceptRows accept, int from, int to, int[][] found) {
    Engine.Searcher searcher = engine.searcher();
    Pass pass = new Pass((to - from + ask.batch() - 1) / ask.batch());
    int call = 0;
    long cpu = THREADS.getCurrentThreadCpuTime();
    for (int i = from; i < to; i += ask.batch()) {
      int end = Math.min(to, i + ask.batch());
      long start = System.nanoTime();
      try {
        searcher.search(
            Arrays.copyOfRange(queries, i, end),
            ask.point(),
            accept,
            Arrays.copyOfRange(found, i, end));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      pass.callMicros[call++] = (System.nanoTime() - start) / 1e3;
    }
    pass.cpuSeconds = (THREADS.getCurrentThreadCpuTime() - cpu) / 1e9;
    return pass;
  }

  /// Share of the true k nearest that were found, of those that exist.
  private double recall(Ask ask, int[][] found) throws IOException {
    long hits = 0;
    long wanted = 0;
    try (Arena arena = Arena.ofConfined()) {
      int[][] truth = set.truth(ask.share(), arena);
      for (int i = 0; i < found.length; i++) {
        for (int j = 0; j < ask.k() && truth[i][j] >= 0; j++) {
          wanted++;
          int row = truth[i][j];
          hits += Arrays.stream(found[i]).anyMatch(r -> r == row) ? 1 : 0;
        }
      }
    }
    return (double) hits / wanted;
  }
}
