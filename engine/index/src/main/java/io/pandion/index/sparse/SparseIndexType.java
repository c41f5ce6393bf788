package io.pandion.index.sparse;

import io.pandion.index.IndexParams;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.model.PandionException.Subject;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A kind of sparse index: checks its parameters, builds files, opens them. Immutable, any number
/// of threads. The metric is the inner product.
public final class SparseIndexType {
  private static final Map<String, SparseParams.Algorithm> NAMES =
      Map.of(
          "SPARSE_INVERTED_INDEX", SparseParams.Algorithm.DAAT_MAXSCORE,
          "SPARSE_WAND", SparseParams.Algorithm.DAAT_WAND);

  private final String name;
  private final SparseParams.Algorithm algorithm;

  private SparseIndexType(String name, SparseParams.Algorithm algorithm) {
    this.name = name;
    this.algorithm = algorithm;
  }

  /// The kind of a name: SPARSE_INVERTED_INDEX, or SPARSE_WAND, which is the former with
  /// `inverted_index_algo` DAAT_WAND unless another is given.
  ///
  /// @throws PandionException INVALID_REQUEST for any other name
  public static SparseIndexType of(String name) {
    SparseParams.Algorithm algorithm = NAMES.get(name);
    if (algorithm == null) {
      throw new PandionException(
          Reason.INVALID_REQUEST,
          Subject.INDEX,
          "invalid index type: " + name + "; use SPARSE_INVERTED_INDEX for sparse vectors");
    }
    return new SparseIndexType(name, algorithm);
  }

  /// The names that [#of] knows.
  public static Set<String> names() {
    return NAMES.keySet();
  }

  public String name() {
    return name;
  }

  /// Checks `inverted_index_algo` and `drop_ratio_build`.
  ///
  /// @throws PandionException INVALID_REQUEST naming parameter, value and range
  public void check(Map<String, String> params) {
    SparseParams.of(params, algorithm);
  }

  /// Checks `drop_ratio_search` and `target_recall`, which every search reaches.
  ///
  /// @throws PandionException INVALID_REQUEST naming parameter, value and range
  public void checkSearch(Map<String, String> params) {
    SparseParams.dropRatioSearch(params);
    IndexParams.targetRecall(params, List.of());
  }

  /// Builds the index of `rows` into a new file. Cost: O(values), 12 bytes of heap a value. The
  /// same rows and parameters give the same file.
  ///
  /// @throws PandionException UNAVAILABLE_RETRY when the thread is interrupted
  public void build(SparseRows rows, Map<String, String> params, Path file) throws IOException {
    new SparseIndexWriter(rows, SparseParams.of(params, algorithm)).write(file);
  }

  /// Opens a built file.
  ///
  /// @throws PandionException CORRUPT_DATA when a checksum fails
  public SparseIndex open(MemorySegment file) {
    return new SparseIndex(new PostingLists(file, name + " index"));
  }
}
