package io.pandion.index;

import io.pandion.index.kernel.VectorKernel;
import io.pandion.model.Metric;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;

/// HNSW, and AUTOINDEX, which is HNSW with other defaults. The file is that of [HnswGraph].
final class HnswIndexType implements VectorIndexType {
  private final String name;
  private final HnswParams defaults;

  HnswIndexType(String name, int m, int efConstruction) {
    this.name = name;
    this.defaults = new HnswParams(m, efConstruction);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void check(Map<String, String> params) {
    HnswParams.of(params, defaults);
  }

  @Override
  public void checkSearch(Map<String, String> params, int k) {
    HnswParams.ef(params, k);
  }

  @Override
  public void build(
      FloatRows vectors, Metric metric, Map<String, String> params, long seed, Path file)
      throws IOException {
    HnswParams chosen = HnswParams.of(params, defaults);
    int m = chosen.m();
    int rows = vectors.rows();
    int[] levels = HnswBuilder.levels(rows, m, seed);
    long blocks = 0;
    for (int level : levels) {
      blocks += level;
    }
    long[] lengths = {
      HnswGraph.SHAPE_BYTES, rows * HnswGraph.record(m), 4L * rows, 4L * m * blocks, 4L * rows
    };
    float[] norms = metric == Metric.COSINE ? InverseNorms.of(vectors) : new float[0];
    int efConstruction = Math.min(Math.max(chosen.efConstruction(), 1), Math.max(1, rows));
    SectionFile.write(
        file,
        SectionFile.HNSW,
        1,
        lengths,
        sections -> {
          HnswGraph.blank(sections, vectors, metric, m);
          new HnswBuilder(
                  new HnswGraph(sections),
                  vectors,
                  scorer -> scorer.rows(VectorKernel.chosen(), vectors, metric, norms),
                  efConstruction,
                  levels)
              .build();
        });
  }

  @Override
  public VectorIndex open(MemorySegment file, FloatRows vectors, Metric metric) {
    return new HnswIndex(
        SectionFile.open(file, name + " index", SectionFile.HNSW, 1), vectors, metric);
  }
}
