package io.pandion.index;

import io.pandion.index.kernel.VectorKernel;
import io.pandion.model.Metric;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// FLAT: the exact scan over the vectors. Keeps the norms (four bytes a row) for COSINE.
final class FlatIndex implements VectorIndex {
  private final VectorRows vectors;
  private final Metric metric;
  private final float @Nullable [] inverseNorms;

  FlatIndex(VectorRows vectors, Metric metric) {
    this.vectors = vectors;
    this.metric = metric;
    this.inverseNorms = metric == Metric.COSINE ? InverseNorms.of(vectors) : null;
  }

  @Override
  public int rows() {
    return vectors.rows();
  }

  @Override
  public int dimension() {
    return vectors.dimension();
  }

  @Override
  public void search(float[] query, int offset, VectorSearch search, TopK into) {
    FlatScan.search(
        VectorKernel.chosen(), vectors, 0, inverseNorms, metric, query, offset, search, into);
  }

  @Override
  public void searchAll(float[] queries, int offset, int count, VectorSearch search, TopK[] into) {
    FlatScan.searchAll(
        VectorKernel.chosen(),
        vectors,
        0,
        inverseNorms,
        metric,
        queries,
        offset,
        count,
        search,
        into);
  }

  @Override
  public int together() {
    return FlatScan.TOGETHER;
  }

  @Override
  public VectorIteration iterate(float[] query, int offset, VectorSearch search) {
    float[] own = Arrays.copyOfRange(query, offset, offset + vectors.dimension());
    return new ExactIteration(search, rows(), (wider, into) -> search(own, 0, wider, into));
  }

  /// The exact scores of some rows, as [ExactScores].
  void scores(float[] query, int offset, int[] rows, int count, float[] out) {
    Scratch scratch = Scratch.ofThread();
    scratch.scorer.rows(VectorKernel.chosen(), vectors, metric, inverseNorms);
    scratch.scorer.query(query, offset);
    scratch.scorer.scores(rows, count, out);
  }
}
