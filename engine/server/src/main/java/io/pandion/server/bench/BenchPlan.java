package io.pandion.server.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// What to measure.
///
/// @param file of vectors, Parquet or fvecs, or the folder of a data set
/// @param rows of it at most
/// @param queries of the data set; of a file as many are taken out and not inserted
/// @param metric COSINE, IP or L2
/// @param writers threads that insert
/// @param clients numbers of threads that search
/// @param index and its searches
/// @param each how long each number of clients searches each way
public record BenchPlan(
    Path file,
    int rows,
    int queries,
    String metric,
    IndexSpec index,
    int writers,
    int batch,
    int k,
    List<Integer> clients,
    Duration each) {
  public BenchPlan {
    clients = List.copyOf(clients);
  }
}
