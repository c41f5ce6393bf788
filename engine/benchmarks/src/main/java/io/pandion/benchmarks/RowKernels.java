package io.pandion.benchmarks;

import io.pandion.index.kernel.CodeWords;
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

  /// Wide enough that bytes differ.
  private static final double SPREAD = 30;

  /// Queries that pass over the rows together.
  static final int TOGETHER = 8;

  @Param({"100", "768"})
  int dimension = 1;

  @Param({"FLOAT32", "FLOAT16", "BFLOAT16", "INT8", "SQ8", "SQ4", "PQ"})
  RowFormat format = RowFormat.FLOAT32;

  private final RowQuery query = new RowQuery();
  private final RowQuery[] one = {query};
  private final RowQuery[] several = new RowQuery[TOGETHER];
  private final ScoreBatch batch = new ScoreBatch(TOGETHER * STEP);
  private final int[] order = new int[ROWS];
  private final long[] places = new long[ROWS];
  private Rows rows = new Rows(RowFormat.FLOAT32, MemorySegment.NULL, 0, 1);

  /// Bytes of a row; of PQ a byte stands for two dimensions.
  static int stride(RowFormat format, int dimension) {
    return format.stride(format == RowFormat.PQ ? dimension / 2 : dimension);
  }

  /// Words of a product quantiser that has learnt nothing.
  private record RandomWords(int bytes) implements CodeWords {
    @Override
    public void encode(float[] vector, byte[] out) {
      for (int i = 0; i < bytes; i++) {
        out[i] = (byte) (3 * vector[2 * i]);
        vector[2 * i] = 0;
      }
    }

    @Override
    public void products(float[] vector, float[] out) {
      for (int i = 0; i < 256 * bytes; i++) {
        out[i] = vector[2 * (i / 256)] * (i % 256 - 128);
      }
    }
  }

  /// Fills the rows with random vectors.
  @Setup
  public void fill() {
    Random random = new Random(42);
    RowCodec codec =
        format == RowFormat.PQ
            ? new RowCodec(format, Metric.L2, dimension, null, new RandomWords(dimension / 2))
            : new RowCodec(format, Metric.L2, dimension, null);
    int stride = codec.stride();
    // plain reads are of whole vectors, which the last short rows do not fill
    MemorySegment data = Arena.ofAuto().allocate((long) ROWS * stride + 128, 4096);
    float[] vector = new float[dimension];
    RowEncoder encoder = codec.encoder();
    for (int row = 0; row < ROWS; row++) {
      for (int d = 0; d < dimension; d++) {
        vector[d] = (float) (SPREAD * random.nextGaussian());
      }
      encoder.encode(vector, 0, data, (long) row * stride);
      order[row] = random.nextInt(ROWS);
      places[row] = (long) order[row] * stride;
    }
    rows = codec.rows(data, ROWS);
    codec.prepare(vector, 0, query);
    for (int i = 0; i < TOGETHER; i++) {
      several[i] = new RowQuery();
      codec.prepare(vector, 0, several[i]);
    }
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

  /// Rows one after the other for several queries; an operation is a row and a query.
  @Benchmark
  @OperationsPerInvocation(ROWS * TOGETHER)
  public float together() {
    float best = 0;
    for (int row = 0; row < ROWS; row += STEP) {
      VectorKernel.chosen().scoreRange(several, TOGETHER, rows, row, STEP, batch);
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
