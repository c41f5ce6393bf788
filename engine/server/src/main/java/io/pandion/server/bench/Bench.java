package io.pandion.server.bench;

import io.pandion.model.Column;
import io.pandion.model.PandionException;
import io.pandion.server.client.Hit;
import io.pandion.server.client.MilvusClient;
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
    BenchVectors vectors = BenchVectors.of(plan);
    queries = vectors.queries();
    base = vectors.base();
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
    out.println("- Index: " + plan.index().label());
    out.println("- Consistency Strong, k = " + plan.k());
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
    Map<String, String> params = new LinkedHashMap<>(plan.index().params());
    params.put("index_type", plan.index().type());
    params.put("metric_type", plan.metric());
    client.createIndex(COLLECTION, VECTOR, params);
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
    out.println(
        "| search | nq | clients | recall@"
            + plan.k()
            + " | queries/s | p50 ms | p99 ms | server CPU us | server us | index | merge | plan | wait"
            + " | protocol |");
    out.println("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    warmUp();
    for (Map<String, String> point : plan.index().points()) {
      for (int nq : plan.nq()) {
        double recall = recall(client, truth, point, nq);
        for (int clients : plan.clients()) {
          row(client, point, nq, clients, recall);
        }
      }
    }
    out.println();
    out.println(
        "p50 and p99 are of calls. Of the server's microseconds a query: index = in segments; merge ="
            + " also output fields and changes of threads; plan = names, parameters, filter, vectors; wait = for the read's"
            + " tick and for a thread; protocol = the rest, such as gRPC.");
  }

  private void row(
      MilvusClient client, Map<String, String> point, int nq, int clients, double recall) {
    ServerTimes before = ServerTimes.of(client.address());
    long begun = System.nanoTime();
    Latencies latencies = measure(point, nq, clients);
    double seconds = (System.nanoTime() - begun) / 1e9;
    ServerTimes spent = ServerTimes.of(client.address()).since(before);
    out.printf(
        Locale.ROOT,
        "| %s | %d | %d | %.4f | %.0f | %.2f | %.2f | %s |%n",
        IndexSpec.text(point),
        nq,
        clients,
        recall,
        (double) latencies.calls() * nq / seconds,
        latencies.millis(0.5),
        latencies.millis(0.99),
        spent.ofQueries(nq).row());
  }

  /// Lets both sides compile their code: not measured.
  private void warmUp() {
    int most = plan.clients().stream().max(Integer::compare).orElse(1);
    for (Map<String, String> point : plan.index().points()) {
      for (int nq : plan.nq()) {
        measure(point, nq, most);
      }
    }
  }

  private Latencies measure(Map<String, String> point, int nq, int clients) {
    long end = System.nanoTime() + plan.each().toNanos();
    return together(
        clients,
        (own, number) -> {
          List<Long> nanos = new ArrayList<>();
          for (int q = number; System.nanoTime() < end; q = (q + nq) % queries.size()) {
            List<float[]> vectors = vectors(q, nq);
            long start = System.nanoTime();
            find(own, vectors, point);
            nanos.add(System.nanoTime() - start);
          }
          return nanos.stream().mapToLong(Long::longValue).toArray();
        });
  }

  private double recall(MilvusClient client, int[][] truth, Map<String, String> point, int nq) {
    long found = 0;
    long wanted = 0;
    for (int first = 0; first < truth.length; first += nq) {
      int count = Math.min(nq, truth.length - first);
      List<List<Hit>> all = find(client, vectors(first, count), point);
      for (int q = 0; q < count; q++) {
        int[] rows = truth[first + q].clone();
        Arrays.sort(rows);
        wanted += rows.length;
        for (Hit hit : all.get(q)) {
          found += Arrays.binarySearch(rows, Math.toIntExact(hit.id())) >= 0 ? 1 : 0;
        }
      }
    }
    return (double) found / wanted;
  }

  /// So many queries from one on, the first ones after the last.
  private List<float[]> vectors(int first, int count) {
    List<float[]> out = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      out.add(queries.vector((first + i) % queries.size()));
    }
    return out;
  }

  private List<List<Hit>> find(
      MilvusClient client, List<float[]> vectors, Map<String, String> point) {
    return client.search(
        COLLECTION, VECTOR, vectors, plan.k(), plan.metric(), IndexSpec.json(point), "", List.of());
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
