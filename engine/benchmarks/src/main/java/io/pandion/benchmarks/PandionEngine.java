package io.pandion.benchmarks;

import io.pandion.index.FloatRows;
import io.pandion.index.TopK;
import io.pandion.index.VectorIndex;
import io.pandion.index.VectorIndexType;
import io.pandion.index.VectorIndexTypes;
import io.pandion.index.VectorSearch;
import io.pandion.model.Metric;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Our own indexes, by the names and parameters of Milvus, over a mapped file.
final class PandionEngine implements Engine {
  private final VectorIndexType type;
  private final Map<String, String> params;
  private @Nullable VectorIndex index;

  PandionEngine(String type, Map<String, String> params) {
    this.type = VectorIndexTypes.of(type);
    this.params = params;
  }

  @Override
  public void build(DataSet set, Path folder) throws IOException {
    Path file = folder.resolve("pandion.idx");
    Files.deleteIfExists(file);
    try (Arena arena = Arena.ofShared()) {
      int threads = Integer.getInteger("pandion.build.threads", 2);
      type.build(set.base(arena), Metric.IP, params, 42, threads, file);
    }
  }

  @Override
  public void open(DataSet set, Path folder) throws IOException {
    Arena arena = Arena.global();
    FloatRows base = set.base(arena);
    try (FileChannel channel = FileChannel.open(folder.resolve("pandion.idx"))) {
      index =
          type.open(
              channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena),
              base,
              Metric.IP);
    }
  }

  @Override
  public Searcher searcher() {
    VectorIndex opened = index;
    if (opened == null) {
      throw new IllegalStateException("not opened");
    }
    return (queries, point, accept, found) -> {
      int k = found[0].length;
      VectorSearch search = new VectorSearch(k, accept, Float.NaN, Float.NaN, point);
      TopK[] tops = new TopK[queries.length];
      for (int i = 0; i < tops.length; i++) {
        tops[i] = new TopK();
        tops[i].reset(k);
      }
      opened.searchAll(flat(queries), 0, queries.length, search, tops);
      for (int i = 0; i < tops.length; i++) {
        tops[i].sort();
        for (int j = 0; j < k; j++) {
          found[i][j] = j < tops[i].size() ? tops[i].row(j) : -1;
        }
      }
    };
  }

  private static float[] flat(float[][] queries) {
    float[] out = new float[queries.length * queries[0].length];
    for (int i = 0; i < queries.length; i++) {
      System.arraycopy(queries[i], 0, out, i * queries[0].length, queries[0].length);
    }
    return out;
  }
}
