package io.pandion.index.binary;

import io.pandion.index.IndexParams;
import io.pandion.index.Workers;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.model.PandionException.Subject;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// A kind of binary index, BIN_FLAT or BIN_IVF_FLAT: checks its parameters, builds files, opens
/// them. Any number of threads. The constants bear the names that Milvus gives them.
public enum BinaryIndexType {
  BIN_FLAT,
  BIN_IVF_FLAT;

  static final int MOST_LISTS = 65536;

  /// @throws PandionException INVALID_REQUEST for an unknown name
  public static BinaryIndexType of(String name) {
    for (BinaryIndexType type : values()) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    throw new PandionException(
        Reason.INVALID_REQUEST,
        Subject.INDEX,
        "invalid index type: " + name + "; use BIN_FLAT or BIN_IVF_FLAT for binary vectors");
  }

  /// Checks build parameters: BIN_IVF_FLAT has `nlist`.
  ///
  /// @throws PandionException INVALID_REQUEST naming parameter, value and range
  public void check(Map<String, String> params) {
    if (this == BIN_IVF_FLAT) {
      lists(params);
    }
  }

  /// Checks the parameters of a search: BIN_IVF_FLAT has `nprobe`, both `target_recall`.
  ///
  /// @throws PandionException INVALID_REQUEST naming parameter, value and range
  public void checkSearch(Map<String, String> params) {
    IndexParams.targetRecall(params, List.of());
    if (this == BIN_IVF_FLAT) {
      probes(params, MOST_LISTS);
    }
  }

  /// Builds the index of `vectors` into a new file.
  ///
  /// @param seed of all random choices: the same vectors, parameters and seed give the same file,
  ///   with any number of threads
  /// @throws PandionException UNAVAILABLE_RETRY when the thread is interrupted
  public void build(
      BinaryRows vectors,
      BinaryMetric metric,
      Map<String, String> params,
      long seed,
      int threads,
      Path file)
      throws IOException {
    if (this == BIN_FLAT) {
      BinaryFlatIndex.write(vectors, metric, file);
    } else {
      new BinaryListsWriter(vectors, metric, lists(params), seed, new Workers(threads)).write(file);
    }
  }

  /// Opens a built file over the same vectors.
  ///
  /// @throws PandionException CORRUPT_DATA when a checksum fails
  public BinaryIndex open(MemorySegment file, BinaryRows vectors, BinaryMetric metric) {
    return this == BIN_FLAT
        ? BinaryFlatIndex.open(file, vectors, metric)
        : new BinaryLists(file, vectors, metric);
  }

  private static int lists(Map<String, String> params) {
    return IndexParams.integer(params, "nlist", 1, MOST_LISTS, 128);
  }

  /// Lists to scan: `nprobe`, or all of them where a recall is asked for.
  static int probes(Map<String, String> params, int all) {
    if (IndexParams.targetRecall(params, List.of("nprobe")) > 0) {
      return all;
    }
    return IndexParams.integer(params, "nprobe", 1, MOST_LISTS, 8);
  }
}
