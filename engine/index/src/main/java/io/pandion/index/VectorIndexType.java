package io.pandion.index;

import io.pandion.model.Metric;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;

/// A kind of vector index: checks its parameters, builds files, opens them.
public interface VectorIndexType {
  /// `HNSW`, `FLAT` … as Milvus names it.
  String name();

  /// Checks build parameters, in Milvus' ranges and words.
  ///
  /// @throws io.pandion.model.PandionException INVALID_REQUEST naming parameter, value and range
  void check(Map<String, String> params);

  /// Checks build parameters for vectors of a dimension.
  ///
  /// @throws io.pandion.model.PandionException INVALID_REQUEST naming parameter, value and range
  default void check(Map<String, String> params, int dimension) {
    check(params);
  }

  /// Checks the parameters of a search for the nearest k.
  ///
  /// @throws io.pandion.model.PandionException INVALID_REQUEST naming parameter, value and range
  void checkSearch(Map<String, String> params, int k);

  /// Builds the index of `vectors`, which any thread may read, into a new file.
  ///
  /// Bytes ([Int8Rows]) are taken by FLAT, AUTOINDEX and the HNSW family; others throw UNSUPPORTED.
  ///
  /// @param seed of all random choices: the same vectors, parameters and seed give the same file
  /// @throws io.pandion.model.PandionException UNAVAILABLE_RETRY when the thread is interrupted
  void build(VectorRows vectors, Metric metric, Map<String, String> params, long seed, Path file)
      throws IOException;

  /// Builds the index with several threads; the same seed gives the same file only with one.
  ///
  /// @throws io.pandion.model.PandionException UNAVAILABLE_RETRY when the calling thread is
  ///   interrupted
  default void build(
      VectorRows vectors,
      Metric metric,
      Map<String, String> params,
      long seed,
      int threads,
      Path file)
      throws IOException {
    build(vectors, metric, params, seed, file);
  }

  /// Opens a built file over the same vectors.
  ///
  /// @throws io.pandion.model.PandionException CORRUPT_DATA when a checksum fails
  VectorIndex open(MemorySegment file, VectorRows vectors, Metric metric);
}
