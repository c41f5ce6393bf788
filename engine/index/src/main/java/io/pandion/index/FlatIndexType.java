package io.pandion.index;

import io.pandion.model.Metric;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// FLAT. The file (a [SectionFile] of kind FLAT, version 1) has one section: u32 rows, u32
/// dimension, u32 metric (0 L2, 1 IP, 2 COSINE), u32 0. The vectors stay where they are.
final class FlatIndexType implements VectorIndexType {
  @Override
  public String name() {
    return "FLAT";
  }

  @Override
  public void check(Map<String, String> params) {
    // FLAT has no parameters; others are for the caller to judge.
  }

  @Override
  public void checkSearch(Map<String, String> params, int k) {
    // FLAT finds every row; the parameters of another index are ignored, as in Milvus.
    IndexParams.targetRecall(params, List.of());
  }

  @Override
  public void build(
      VectorRows vectors, Metric metric, Map<String, String> params, long seed, Path file)
      throws IOException {
    SectionFile.write(
        file,
        SectionFile.FLAT,
        1,
        new long[] {16},
        sections -> {
          sections[0].set(SectionFile.INT, 0, vectors.rows());
          sections[0].set(SectionFile.INT, 4, vectors.dimension());
          sections[0].set(SectionFile.INT, 8, SectionFile.code(metric));
        });
  }

  @Override
  public VectorIndex open(MemorySegment file, VectorRows vectors, Metric metric) {
    MemorySegment shape = SectionFile.open(file, "FLAT index", SectionFile.FLAT, 1)[0];
    SectionFile.check(
        shape.get(SectionFile.INT, 0) == vectors.rows()
            && shape.get(SectionFile.INT, 4) == vectors.dimension()
            && shape.get(SectionFile.INT, 8) == SectionFile.code(metric),
        "FLAT index",
        "was built for other vectors or another metric");
    return new FlatIndex(vectors, metric);
  }
}
