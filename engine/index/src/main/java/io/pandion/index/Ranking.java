package io.pandion.index;

import io.pandion.index.kernel.RowCodec;
import io.pandion.index.kernel.Rows;
import io.pandion.index.kernel.ScoreBatch;
import io.pandion.index.kernel.VectorKernel;
import org.jspecify.annotations.Nullable;

/// Ranks the best rows of a walk again, as [Refine] says, before their exact scores are computed.
/// Immutable, any number of threads.
///
/// @param codes for it, with their codec; null where there are none
record Ranking(Refine refine, @Nullable Rows codes, @Nullable RowCodec codec) {
  static final Ranking FLOATS = new Ranking(Refine.FLOATS, null, null);

  private static final int BATCH = 64;

  /// Leaves of the rows in `scratch.refined` the best by the codes of the ranking, so many that the
  /// nearest k are among them; all where there are no codes.
  void narrow(float[] query, int offset, int k, GraphScratch scratch) {
    Refined refined = scratch.refined;
    int kept = k + k / 2 + 15;
    if (codes == null || codec == null || refined.size <= kept) {
      return;
    }
    codec.prepare(query, offset, scratch.second);
    Candidates best = scratch.best;
    best.reset(kept);
    ScoreBatch batch = scratch.batch(BATCH);
    batch.readsNext(0);
    for (int from = 0; from < refined.size; from += BATCH) {
      int count = Math.min(BATCH, refined.size - from);
      System.arraycopy(refined.rows, from, batch.ids(), 0, count);
      VectorKernel.chosen().score(scratch.second, codes, batch, count);
      for (int i = 0; i < count; i++) {
        best.add(batch.ids()[i], batch.scores()[i]);
      }
    }
    refined.clear();
    for (int i = 0; i < best.size(); i++) {
      refined.add(best.row(i));
    }
  }
}
