package io.pandion.server.bench;

import io.pandion.model.PandionException;
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
/// @param nq numbers of queries of a call
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
    List<Integer> nq,
    List<Integer> clients,
    Duration each) {
  public BenchPlan {
    clients = List.copyOf(clients);
    nq = List.copyOf(nq);
    for (int queriesOfCall : nq) {
      if (queriesOfCall < 1) {
        throw PandionException.invalid("--nq " + queriesOfCall + " must be 1 or more");
      }
    }
  }
}
