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
  public void search(float[] query, int offset, VectorSearch search, TopK into) {
    FlatScan.search(
        VectorKernel.chosen(), vectors, 0, inverseNorms, metric, query, offset, search, into);
  }

  @Override
  public void searchAll(float[][] queries, VectorSearch search, TopK[] into) {
    if (search.k() == 0 || !BatchScan.worthIt(queries.length, rows(), search.accept())) {
      VectorIndex.super.searchAll(queries, search, into);
      return;
    }
    BatchScan batch = Scratch.ofThread().batch();
    for (int from = 0; from < queries.length; from += BatchScan.TOGETHER) {
      int count = Math.min(BatchScan.TOGETHER, queries.length - from);
      batch.search(vectors, inverseNorms, metric, queries, from, count, search, into);
    }
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
