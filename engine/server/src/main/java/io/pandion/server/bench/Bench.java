package io.pandion.server.bench;

import io.pandion.model.Column;
import io.pandion.model.PandionException;
import io.pandion.server.client.Hit;
import io.pandion.server.client.MilvusClient;
import io.pandion.server.client.VectorFile;
import java.io.PrintStream;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// Measures a running server from outside: inserts, index, searches and their recall. Prints
/// Markdown. One run, one thread; each client of the server is a thread with a connection of its
/// own.
public final class Bench {
  private static final String COLLECTION = "pandion_bench";
  private static final String VECTOR = "vector";
  private static final Duration PATIENCE = Duration.ofHours(1);

  private final BenchPlan plan;
  private final Supplier<MilvusClient> connect;
  private final PrintStream out;
  private final Column.FloatVectors base;
  private final Column.FloatVectors queries;

  /// @param connect opens a connection
  public Bench(BenchPlan plan, Supplier<MilvusClient> connect, PrintStream out) {
    this.plan = plan;
    this.connect = connect;
    this.out = out;
    Column.FloatVectors all = VectorFile.vectors(plan.file());
    int rows = Math.min(plan.rows(), all.size());
    if (plan.queries() < 1 || plan.queries() > rows / 2) {
      throw PandionException.invalid(
          "--queries " + plan.queries() + " must be 1 to half of the " + rows + " vectors");
    }
    int[] held = new int[plan.queries()];
    for (int i = 0; i < held.length; i++) {
      held[i] = (int) ((long) i * rows / held.length);
    }
    int[] kept = new int[rows - held.length];
    int count = 0;
    int next = 0;
    for (int row = 0; row < rows; row++) {
      if (next < held.length && held[next] == row) {
        next++;
      } else {
        kept[count++] = row;
      }
    }
    queries = all.select(held, held.length);
    base = all.select(kept, count);
  }

  /// @throws PandionException when the server refuses or takes too long
  public void run() {
    try (MilvusClient client = connect.get()) {
      head(client);
      if (client.hasCollection(COLLECTION)) {
        client.dropCollection(COLLECTION);
      }
      write(client);
      index(client);
      int[][] truth = ExactNeighbours.of(base, queries, plan.k(), plan.metric());
      search(client, truth);
      client.dropCollection(COLLECTION);
    }
  }

  private void head(MilvusClient client) {
    out.println("## Pandion bench, " + LocalDate.now(java.time.ZoneId.systemDefault()));
    out.println();
    out.println("- Machine: " + Machine.describe() + "; client and server share it");
    out.println("- Server: " + client.version(Duration.ofSeconds(5)) + " on " + client.address());
    out.println(
        "- Data: "
            + plan.file().getFileName()
            + ", "
            + base.size()
            + " rows of "
            + base.dimension()
            + " floats, "
            + queries.size()
            + " queries held out, metric "
            + plan.metric());
    out.println("- Index: HNSW, M " + plan.m() + ", efConstruction " + plan.efConstruction());
    out.println("- One query a call, consistency Strong, k = " + plan.k());
    out.println();
  }

  private void write(MilvusClient client) {
    Map<String, Column> columns = new LinkedHashMap<>();
    long[] ids = new long[base.size()];
    Arrays.setAll(ids, i -> i);
    columns.put("id", Column.Longs.of(ids));
    columns.put(VECTOR, base);
    client.createCollection(COLLECTION, "id", columns);
    AtomicInteger nextBatch = new AtomicInteger();
    long begun = System.nanoTime();
    Latencies latencies =
        together(
            plan.writers(),
            (own, _) -> {
              List<Long> nanos = new ArrayList<>();
              for (int from = nextBatch.getAndIncrement() * plan.batch();
                  from < base.size();
                  from = nextBatch.getAndIncrement() * plan.batch()) {
                long start = System.nanoTime();
                own.insert(COLLECTION, columns, from, Math.min(from + plan.batch(), base.size()));
                nanos.add(System.nanoTime() - start);
              }
              return nanos.stream().mapToLong(Long::longValue).toArray();
            });
    double seconds = (System.nanoTime() - begun) / 1e9;
    out.println("| insert | clients | rows/s | MB/s | p50 ms | p99 ms |");
    out.println("|---|---:|---:|---:|---:|---:|");
    out.printf(
        Locale.ROOT,
        "| batches of %d | %d | %.0f | %.1f | %.1f | %.1f |%n%n",
        plan.batch(),
        plan.writers(),
        base.size() / seconds,
        base.bytes() / seconds / 1e6,
        latencies.millis(0.5),
        latencies.millis(0.99));
  }

  private void index(MilvusClient client) {
    long begun = System.nanoTime();
    client.flush(COLLECTION, PATIENCE);
    double flushed = (System.nanoTime() - begun) / 1e9;
    begun = System.nanoTime();
    client.createIndex(
        COLLECTION,
        VECTOR,
        Map.of(
            "index_type", "HNSW",
            "metric_type", plan.metric(),
            "M", Integer.toString(plan.m()),
            "efConstruction", Integer.toString(plan.efConstruction())));
    MilvusClient.await("the index", PATIENCE, () -> client.index(COLLECTION).covers(base.size()));
    double built = (System.nanoTime() - begun) / 1e9;
    begun = System.nanoTime();
    client.load(COLLECTION, PATIENCE);
    double loaded = (System.nanoTime() - begun) / 1e9;
    out.printf(
        Locale.ROOT,
        "Flush %.2f s, index %.2f s (%.0f rows/s), load %.2f s.%n%n",
        flushed,
        built,
        base.size() / built,
        loaded);
  }

  private void search(MilvusClient client, int[][] truth) {
    out.println("| ef | clients | recall@" + plan.k() + " | QPS | p50 ms | p99 ms |");
    out.println("|---:|---:|---:|---:|---:|---:|");
    warmUp();
    for (int ef : plan.ef()) {
      double recall = recall(client, truth, ef);
      for (int clients : plan.clients()) {
        long begun = System.nanoTime();
        Latencies latencies = measure(ef, clients);
        double seconds = (System.nanoTime() - begun) / 1e9;
        out.printf(
            Locale.ROOT,
            "| %d | %d | %.4f | %.0f | %.2f | %.2f |%n",
            ef,
            clients,
            recall,
            latencies.calls() / seconds,
            latencies.millis(0.5),
            latencies.millis(0.99));
      }
    }
  }

  /// Lets both sides compile their code: not measured.
  private void warmUp() {
    int most = plan.clients().stream().max(Integer::compare).orElse(1);
    for (int ef : plan.ef()) {
      measure(ef, most);
    }
  }

  private Latencies measure(int ef, int clients) {
    long end = System.nanoTime() + plan.each().toNanos();
    return together(
        clients,
        (own, number) -> {
          List<Long> nanos = new ArrayList<>();
          for (int q = number; System.nanoTime() < end; q++) {
            long start = System.nanoTime();
            find(own, q % queries.size(), ef);
            nanos.add(System.nanoTime() - start);
          }
          return nanos.stream().mapToLong(Long::longValue).toArray();
        });
  }

  private double recall(MilvusClient client, int[][] truth, int ef) {
    long found = 0;
    long wanted = 0;
    for (int q = 0; q < truth.length; q++) {
      int[] rows = truth[q].clone();
      Arrays.sort(rows);
      wanted += rows.length;
      for (Hit hit : find(client, q, ef)) {
        found += Arrays.binarySearch(rows, Math.toIntExact(hit.id())) >= 0 ? 1 : 0;
      }
    }
    return (double) found / wanted;
  }

  private List<Hit> find(MilvusClient client, int query, int ef) {
    return client.search(
        COLLECTION,
        VECTOR,
        queries.vector(query),
        plan.k(),
        plan.metric(),
        "{\"ef\": " + ef + "}",
        "",
        List.of());
  }

  /// Work of one client.
  private interface Work {
    long[] run(MilvusClient own, int number);
  }

  private Latencies together(int threads, Work work) {
    List<Callable<long[]>> tasks = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      int number = i;
      tasks.add(
          () -> {
            try (MilvusClient own = connect.get()) {
              return work.run(own, number);
            }
          });
    }
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<long[]> nanos = new ArrayList<>();
      for (Future<long[]> future : executor.invokeAll(tasks)) {
        nanos.add(future.get());
      }
      return new Latencies(nanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw PandionException.unavailable("the benchmark was interrupted");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PandionException known) {
        throw known;
      }
      throw new IllegalStateException("a client of the benchmark failed", e.getCause());
    }
  }
}
