package io.pandion.index;

import io.pandion.index.kernel.RowCodec;
import io.pandion.index.kernel.Rows;
import io.pandion.index.kernel.VectorKernel;
import io.pandion.model.Metric;
import org.jspecify.annotations.Nullable;

/// Whether codes are fine enough for the vectors at hand: among the nearest rows that a walk finds
/// around some of them, the codes must put those first that the floats put first. They do not where
/// rows differ by less than a step of their codes, as in dense clusters far from each other.
final class CodeCheck {
  private static final int QUERIES = 64;
  private static final int NEAREST = 10;
  private static final int KEPT = 3 * NEAREST;
  private static final int WIDTH = 100;
  private static final double ENOUGH = 0.9;

  private final VectorRows vectors;
  private final Scorer scorer = new Scorer();

  CodeCheck(VectorRows vectors, Metric metric) {
    this.vectors = vectors;
    float @Nullable [] norms = metric == Metric.COSINE ? InverseNorms.of(vectors) : null;
    scorer.rows(VectorKernel.chosen(), vectors, metric, norms);
  }

  boolean fine(Graph graph, Rows codes, RowCodec codec) {
    if (graph.entry() < 0) {
      return true;
    }
    GraphWalk walk = new GraphWalk(VectorKernel.chosen(), graph, codes);
    GraphScratch scratch = new GraphScratch();
    int step = Math.max(1, vectors.rows() / QUERIES);
    int wanted = 0;
    int kept = 0;
    for (int row = 0; row < vectors.rows(); row += step) {
      codec.prepareRow(codes, row, scratch.query);
      walk.search(scratch, WIDTH);
      Candidates found = scratch.candidates;
      int count = found.size();
      if (count <= KEPT) {
        continue;
      }
      scorer.queryRow(row);
      float[] exact = new float[count];
      for (int i = 0; i < count; i++) {
        exact[i] = scorer.score(found.row(i));
      }
      float[] sorted = exact.clone();
      java.util.Arrays.sort(sorted);
      float bound = sorted[count - NEAREST];
      wanted += NEAREST;
      int hits = 0;
      for (int i = 0; i < KEPT; i++) {
        hits += exact[i] >= bound ? 1 : 0;
      }
      kept += Math.min(NEAREST, hits);
    }
    return kept >= ENOUGH * wanted;
  }
}
