package io.pandion.server.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// What to measure.
///
/// @param file of vectors, Parquet or fvecs
/// @param rows of it at most
/// @param queries taken out of the file, evenly spread, and not inserted
/// @param metric COSINE, IP or L2
/// @param writers threads that insert
/// @param clients numbers of threads that search
/// @param ef breadths of the search
/// @param each how long each number of clients searches with each ef
public record BenchPlan(
    Path file,
    int rows,
    int queries,
    String metric,
    int m,
    int efConstruction,
    int writers,
    int batch,
    int k,
    List<Integer> clients,
    List<Integer> ef,
    Duration each) {
  public BenchPlan {
    clients = List.copyOf(clients);
    ef = List.copyOf(ef);
  }
}
