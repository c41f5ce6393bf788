package io.pandion.benchmarks;

import io.pandion.index.kernel.BlockScan;
import io.pandion.index.kernel.RowCodec;
import io.pandion.index.kernel.RowEncoder;
import io.pandion.index.kernel.RowFormat;
import io.pandion.index.kernel.RowQuery;
import io.pandion.index.kernel.Rows;
import io.pandion.index.kernel.ScanHits;
import io.pandion.index.kernel.ScanTable;
import io.pandion.index.kernel.ScoreBatch;
import io.pandion.index.kernel.VectorKernel;
import io.pandion.model.Metric;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Nanoseconds a row of the innermost loops, with a plain read of as many bytes beside them, which
/// is what memory allows. `-Dpandion.kernel=scalar|vector|native` chooses the twin.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class KernelBench {
  private static final int ROWS = 16_384;
  private static final int STEP = 64;

  /// Codes of a row of blocks: as many as parts of two dimensions.
  private static final int LIST = 4096;

  @Param({"100", "768"})
  int dimension;

  @Param({"FLOAT32", "FLOAT16", "SQ8", "SQ4"})
  RowFormat format;

  private final RowQuery query = new RowQuery();
  private final RowQuery[] one = {query};
  private final ScoreBatch batch = new ScoreBatch(STEP);
  private final ScanHits hits = new ScanHits(LIST);
  private final int[] order = new int[ROWS];
  private Rows rows = new Rows(RowFormat.FLOAT32, MemorySegment.NULL, 0, 1);
  private MemorySegment blocks = MemorySegment.NULL;
  private ScanTable table = new ScanTable(1);

  /// Fills rows and blocks with random vectors.
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
    }
    rows = new Rows(format, data, ROWS, dimension);
    codec.prepare(vector, 0, query);
    int codes = dimension / 2;
    long bytes = BlockScan.blockBytes(BlockScan.groups(codes), false) * (ROWS / BlockScan.ROWS);
    blocks = Arena.ofAuto().allocate(bytes, 4096);
    for (long at = 0; at < bytes; at += 8) {
      blocks.set(java.lang.foreign.ValueLayout.JAVA_LONG, at, random.nextLong());
    }
    float[] partial = new float[16 * codes];
    for (int i = 0; i < partial.length; i++) {
      partial[i] = (float) random.nextGaussian();
    }
    table = new ScanTable(codes);
    table.set(partial, codes);
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

  /// Four-bit codes of two dimensions each, in blocks; the format has no say.
  @Benchmark
  @OperationsPerInvocation(ROWS)
  public int blocks() {
    int found = 0;
    long list =
        BlockScan.blockBytes(BlockScan.groups(dimension / 2), false) * (LIST / BlockScan.ROWS);
    for (int i = 0; i < ROWS / LIST; i++) {
      found += BlockScan.chosen().scan(table, blocks, i * list, LIST, false, 0, 1e9f, hits);
    }
    return found;
  }

  /// The bytes of the rows, added up.
  @Benchmark
  @OperationsPerInvocation(ROWS)
  public long plainRead() {
    var lanes = LongVector.SPECIES_PREFERRED;
    int step = lanes.vectorByteSize();
    LongVector a = LongVector.zero(lanes);
    LongVector b = a;
    long bytes = (long) ROWS * rows.stride();
    for (long at = 0; at < bytes; at += 2L * step) {
      a =
          a.add(
              LongVector.fromMemorySegment(
                  lanes, rows.data(), at, java.nio.ByteOrder.LITTLE_ENDIAN));
      b =
          b.add(
              LongVector.fromMemorySegment(
                  lanes, rows.data(), at + step, java.nio.ByteOrder.LITTLE_ENDIAN));
    }
    return a.add(b).reduceLanes(VectorOperators.ADD);
  }
}
