package io.pandion.index;

import io.pandion.model.Metric;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;

/// The kinds of index that are graphs: HNSW, HNSW_SQ, HNSW_PQ, HNSW_PRQ, DISKANN and AUTOINDEX
/// differ in their parameters and in the codes that walks compare. All score the best rows by their
/// floats, which a segment always has. The file is that of [GraphFile].
final class GraphIndexType implements VectorIndexType {
  private final GraphParams defaults;

  GraphIndexType(GraphParams.Kind kind) {
    this.defaults = GraphParams.defaults(kind);
  }

  @Override
  public String name() {
    return defaults.kind().name();
  }

  @Override
  public void check(Map<String, String> params) {
    defaults.with(params, 0);
  }

  @Override
  public void check(Map<String, String> params, int dimension) {
    defaults.with(params, dimension);
  }

  @Override
  public void checkSearch(Map<String, String> params, int k) {
    defaults.checkSearch(params, k);
  }

  @Override
  public void build(
      VectorRows vectors, Metric metric, Map<String, String> params, long seed, Path file)
      throws IOException {
    build(vectors, metric, params, seed, 1, file);
  }

  @Override
  public void build(
      VectorRows vectors,
      Metric metric,
      Map<String, String> params,
      long seed,
      int threads,
      Path file)
      throws IOException {
    check(vectors);
    GraphParams chosen = defaults.with(params, vectors.dimension());
    new GraphBuild(vectors, metric, chosen, seed, new RowThreads(threads)).write(file);
  }

  private void check(VectorRows vectors) {
    if (defaults.kind() == GraphParams.Kind.DISKANN) {
      FloatRows.of(vectors, name());
    }
  }

  @Override
  public VectorIndex open(MemorySegment file, VectorRows vectors, Metric metric) {
    check(vectors);
    GraphFile opened = GraphFile.open(file, name() + " index", vectors, metric);
    return new GraphIndex(opened, vectors, metric, defaults);
  }
}
