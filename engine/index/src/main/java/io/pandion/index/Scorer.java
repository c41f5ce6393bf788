package io.pandion.index;

import io.pandion.index.kernel.RowCodec;
import io.pandion.index.kernel.RowFormat;
import io.pandion.index.kernel.RowQuery;
import io.pandion.index.kernel.Rows;
import io.pandion.index.kernel.ScoreBatch;
import io.pandion.index.kernel.VectorKernel;
import io.pandion.model.Metric;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.model.PandionException.Subject;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Scores rows against one query: larger is nearer, never NaN for finite vectors. One thread;
/// reusable; allocates only when a batch or dimension is larger than any before.
final class Scorer {
  private static final float[] NO_NORMS = {};

  private static final int BATCH = 64;

  private final RowQuery prepared = new RowQuery();
  private final RowQuery[] one = {prepared};
  private final ScoreBatch batch = new ScoreBatch(BATCH);
  private VectorKernel kernel = VectorKernel.chosen();
  private RowCodec codec = new RowCodec(RowFormat.FLOAT32, Metric.L2, 1, null);
  private Rows rows = new Rows(RowFormat.FLOAT32, MemorySegment.NULL, 0, 1);
  private MemorySegment data = MemorySegment.NULL;
  private VectorRows vectors = new FloatRows(MemorySegment.NULL, 0, 1, 64);
  private Metric metric = Metric.L2;
  private float[] norms = NO_NORMS;
  private float[] query = {};
  private int dimension;
  private boolean zeroQuery;

  /// What makes the query a unit vector.
  private float unit = 1;

  /// Turns to other rows.
  ///
  /// @param inverseNorms of the rows, needed for COSINE
  void rows(VectorKernel with, VectorRows of, Metric by, float @Nullable [] inverseNorms) {
    if (by == Metric.COSINE && (inverseNorms == null || inverseNorms.length < of.rows())) {
      throw new PandionException(
          Reason.INTERNAL,
          Subject.NONE,
          "COSINE over " + of.rows() + " rows needs their inverse norms; see InverseNorms");
    }
    boolean other = of.dimension() != dimension || rows.format() != of.format();
    if (other || by != metric) {
      codec = new RowCodec(of.format(), by, of.dimension(), null);
    }
    if (other || rows.count() != of.rows() || !data.equals(of.data())) {
      rows = new Rows(of.format(), of.data(), of.rows(), of.dimension());
    }
    kernel = with;
    vectors = of;
    data = of.data();
    metric = by;
    norms = inverseNorms == null ? NO_NORMS : inverseNorms;
    dimension = of.dimension();
    if (query.length < dimension) {
      query = new float[dimension];
    }
  }

  /// Turns to another query, copied from `from`.
  void query(float[] from, int offset) {
    System.arraycopy(from, offset, query, 0, dimension);
    normalise();
    codec.prepare(query, 0, prepared);
  }

  /// Makes a row the query.
  void queryRow(int row) {
    vectors.read(row, query);
    normalise();
    codec.prepare(query, 0, prepared);
  }

  private void normalise() {
    if (metric != Metric.COSINE) {
      return;
    }
    double squares = 0;
    for (int i = 0; i < dimension; i++) {
      squares += (double) query[i] * query[i];
    }
    zeroQuery = squares == 0;
    double by = zeroQuery ? 0 : 1 / Math.sqrt(squares);
    if (rows.format() == RowFormat.INT8) {
      unit = (float) by; // bytes cannot be made a unit vector
      return;
    }
    unit = 1;
    for (int i = 0; i < dimension; i++) {
      query[i] = (float) (query[i] * by);
    }
  }

  /// The rows as kernels take them.
  Rows rows() {
    return rows;
  }

  float score(int row) {
    batch.ids()[0] = row;
    kernel.score(prepared, rows, batch, 1);
    return finished(batch.scores()[0], row);
  }

  /// Scores the first `count` rows of `ids`.
  void scores(int[] ids, int count, float[] out) {
    for (int from = 0; from < count; from += BATCH) {
      int size = Math.min(BATCH, count - from);
      System.arraycopy(ids, from, batch.ids(), 0, size);
      kernel.score(prepared, rows, batch, size);
      finish(ids, from, size, out);
    }
  }

  /// Scores the rows from `first` on, as many as `count`, at most [#BATCH].
  void range(int first, int count, float[] out) {
    kernel.scoreRange(one, 1, rows, first, count, batch);
    float[] scores = batch.scores();
    for (int i = 0; i < count; i++) {
      out[i] = finished(scores[i], first + i);
    }
  }

  private void finish(int[] ids, int from, int count, float[] out) {
    float[] scores = batch.scores();
    for (int i = 0; i < count; i++) {
      out[from + i] = finished(scores[i], ids[from + i]);
    }
  }

  /// The query as kernels take it.
  RowQuery prepared() {
    return prepared;
  }

  /// Makes what a kernel says the score of a row.
  float finished(float score, int row) {
    return switch (metric) {
      case L2 -> score;
      case IP -> product(score, row);
      case COSINE -> cosine(score, row);
    };
  }

  private float product(float dot, int row) {
    return Float.isNaN(dot) ? (float) exactDot(row) : dot;
  }

  private float cosine(float dot, int row) {
    float norm = norms[row];
    if (norm == 0 || zeroQuery) {
      return 0;
    }
    float score = dot * unit * norm;
    return Math.abs(score) <= 1 && ordinary(norm) ? score : exactCosine(row);
  }

  /// False for norms so large or small that float products lose their meaning.
  private static boolean ordinary(float inverse) {
    return inverse > 1e-15f && inverse < 1e15f;
  }

  private double exactDot(int row) {
    double sum = 0;
    for (int i = 0; i < dimension; i++) {
      sum += (double) query[i] * vectors.get(row, i);
    }
    return sum;
  }

  private float exactCosine(int row) {
    double squares = 0;
    double own = 0;
    for (int i = 0; i < dimension; i++) {
      double x = vectors.get(row, i);
      squares += x * x;
      own += (double) query[i] * query[i];
    }
    double cosine = exactDot(row) / Math.sqrt(squares * own);
    return Double.isNaN(cosine) ? 0 : (float) Math.clamp(cosine, -1.0, 1.0);
  }
}
