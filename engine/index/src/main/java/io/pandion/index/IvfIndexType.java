package io.pandion.index;

import io.pandion.model.Metric;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;

/// IVF_FLAT, IVF_SQ8, IVF_PQ, IVF_RABITQ and SCANN: inverted lists that differ in how their rows
/// are coded. The file is that of [IvfWriter].
final class IvfIndexType implements VectorIndexType {
  private final String name;

  IvfIndexType(String name) {
    this.name = name;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void check(Map<String, String> params) {
    IvfParams.of(name, params);
  }

  @Override
  public void check(Map<String, String> params, int dimension) {
    IvfParams.of(name, params).check(dimension);
  }

  @Override
  public void checkSearch(Map<String, String> params, int k) {
    IvfParams.Search.targetRecall(params);
    IvfParams.Search.of(IvfParams.of(name, Map.of()).coding(), params, k, 1);
  }

  @Override
  public void build(
      VectorRows vectors, Metric metric, Map<String, String> params, long seed, Path file)
      throws IOException {
    build(vectors, metric, params, seed, 1, file);
  }

  /// The file is the same with any number of threads.
  @Override
  public void build(
      VectorRows vectors,
      Metric metric,
      Map<String, String> params,
      long seed,
      int threads,
      Path file)
      throws IOException {
    IvfParams chosen = IvfParams.of(name, params);
    FloatRows floats = FloatRows.of(vectors, name);
    new IvfWriter(floats, metric, chosen, seed, new Workers(threads)).write(file);
  }

  @Override
  public VectorIndex open(MemorySegment file, VectorRows vectors, Metric metric) {
    FloatRows floats = FloatRows.of(vectors, name);
    return new IvfIndex(IvfLists.open(file, name + " index", floats, metric), floats, metric);
  }
}
