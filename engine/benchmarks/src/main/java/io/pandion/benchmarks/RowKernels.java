package io.pandion.benchmarks;

import io.pandion.index.kernel.RowCodec;
import io.pandion.index.kernel.RowEncoder;
import io.pandion.index.kernel.RowFormat;
import io.pandion.index.kernel.RowQuery;
import io.pandion.index.kernel.Rows;
import io.pandion.index.kernel.ScoreBatch;
import io.pandion.index.kernel.VectorKernel;
import io.pandion.model.Metric;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// Scores of rows of one format against one query, and plain reads of the same bytes in the same
/// order, which are what memory allows. An operation is a row.
@State(Scope.Thread)
public class RowKernels {
  static final int ROWS = 16_384;
  private static final int STEP = 64;

  @Param({"100", "768"})
  int dimension = 1;

  @Param({"FLOAT32", "FLOAT16", "BFLOAT16", "SQ8", "SQ4"})
  RowFormat format = RowFormat.FLOAT32;

  private final RowQuery query = new RowQuery();
  private final RowQuery[] one = {query};
  private final ScoreBatch batch = new ScoreBatch(STEP);
  private final int[] order = new int[ROWS];
  private final long[] places = new long[ROWS];
  private Rows rows = new Rows(RowFormat.FLOAT32, MemorySegment.NULL, 0, 1);

  /// Fills the rows with random vectors.
  @Setup
  public void fill() {
    Random random = new Random(42);
    RowCodec codec = new RowCodec(format, Metric.L2, dimension, null);
    int stride = format.stride(dimension);
    MemorySegment data = Arena.ofAuto().allocate((long) ROWS * stride, 4096);
    float[] vector = new float[dimension];
    RowEncoder encoder = codec.encoder();
    for (int row = 0; row < ROWS; row++) {
      for (int d = 0; d < dimension; d++) {
        vector[d] = (float) random.nextGaussian();
      }
      encoder.encode(vector, 0, data, (long) row * stride);
      order[row] = random.nextInt(ROWS);
      places[row] = (long) order[row] * stride;
    }
    rows = new Rows(format, data, ROWS, dimension);
    codec.prepare(vector, 0, query);
  }

  /// Rows one after the other, as a flat index scans them.
  @Benchmark
  @OperationsPerInvocation(ROWS)
  public float inOrder() {
    float best = 0;
    for (int row = 0; row < ROWS; row += STEP) {
      VectorKernel.chosen().scoreRange(one, 1, rows, row, STEP, batch);
      best = Math.max(best, batch.scores()[0]);
    }
    return best;
  }

  /// Rows here and there, as a graph visits them.
  @Benchmark
  @OperationsPerInvocation(ROWS)
  public float scattered() {
    float best = 0;
    for (int row = 0; row < ROWS; row += STEP) {
      System.arraycopy(order, row, batch.ids(), 0, STEP);
      VectorKernel.chosen().score(query, rows, batch, STEP);
      best = Math.max(best, batch.scores()[0]);
    }
    return best;
  }

  /// The bytes that [#inOrder] reads.
  @Benchmark
  @OperationsPerInvocation(ROWS)
  public long readInOrder() {
    return PlainRead.all(rows.data(), (long) ROWS * rows.stride());
  }

  /// The bytes that [#scattered] reads.
  @Benchmark
  @OperationsPerInvocation(ROWS)
  public long readScattered() {
    return PlainRead.pieces(rows.data(), places, rows.stride());
  }
}
