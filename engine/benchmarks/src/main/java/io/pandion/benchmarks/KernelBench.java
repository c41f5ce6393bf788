package io.pandion.benchmarks;

import io.pandion.index.kernel.BlockScan;
import io.pandion.index.kernel.CodeWords;
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
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleSupplier;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;

/// Nanoseconds of CPU a row of the innermost loops, with a plain read of as many bytes beside them,
/// which is what memory allows: medians of thread-CPU time, because wall time on a busy machine
/// says nothing. `-Dpandion.kernel=scalar|vector|native` chooses the twin.
public final class KernelBench {
  private static final int ROWS = 16_384;
  private static final int STEP = 64;

  /// Codes of a row of blocks: as many as parts of two dimensions.
  private static final int LIST = 4096;

  private static final int WARM = 30;
  private static final int RUNS = 31;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /// Queries that pass over the rows together.
  private static final int TOGETHER = 8;

  private final int dimension;

  private final RowQuery query = new RowQuery();
  private final RowQuery[] one = {query};
  private final RowQuery[] several = new RowQuery[TOGETHER];
  private final ScoreBatch batch = new ScoreBatch(TOGETHER * STEP);
  private final ScanHits hits = new ScanHits(LIST);
  private final int[] order = new int[ROWS];
  private Rows rows = new Rows(RowFormat.FLOAT32, MemorySegment.NULL, 0, 1);
  private MemorySegment blocks = MemorySegment.NULL;
  private ScanTable table = new ScanTable(1);

  /// What the loops returned, so that they are not left out.
  private double sum;

  /// Fills rows and blocks with random vectors.
  private KernelBench(int dimension, RowFormat format) {
    this.dimension = dimension;
    Random random = new Random(42);
    RowCodec codec =
        format == RowFormat.PQ
            ? new RowCodec(format, Metric.L2, dimension, null, new RandomWords(dimension / 2))
            : new RowCodec(format, Metric.L2, dimension, null);
    int stride = codec.stride();
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
    rows = codec.rows(data, ROWS);
    codec.prepare(vector, 0, query);
    Arrays.setAll(several, _ -> new RowQuery());
    for (RowQuery each : several) {
      codec.prepare(vector, 0, each);
    }
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

  /// Words of a product quantiser that has learnt nothing: a byte for two dimensions.
  private record RandomWords(int bytes) implements CodeWords {
    @Override
    public void encode(float[] vector, byte[] out) {
      for (int i = 0; i < bytes; i++) {
        out[i] = (byte) (100 * vector[2 * i]);
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

  /// Rows one after the other, as a flat index scans them.
  private float inOrder() {
    float best = 0;
    for (int row = 0; row < ROWS; row += STEP) {
      VectorKernel.chosen().scoreRange(one, 1, rows, row, STEP, batch);
      best = Math.max(best, batch.scores()[0]);
    }
    return best;
  }

  /// Rows one after the other for several queries.
  private float together() {
    float best = 0;
    for (int row = 0; row < ROWS; row += STEP) {
      VectorKernel.chosen().scoreRange(several, TOGETHER, rows, row, STEP, batch);
      best = Math.max(best, batch.scores()[0]);
    }
    return best;
  }

  /// Rows here and there, as a graph visits them.
  private float scattered() {
    float best = 0;
    for (int row = 0; row < ROWS; row += STEP) {
      System.arraycopy(order, row, batch.ids(), 0, STEP);
      VectorKernel.chosen().score(query, rows, batch, STEP);
      best = Math.max(best, batch.scores()[0]);
    }
    return best;
  }

  /// Four-bit codes of two dimensions each, in blocks; the format has no say.
  private int blocks() {
    int found = 0;
    long list =
        BlockScan.blockBytes(BlockScan.groups(dimension / 2), false) * (LIST / BlockScan.ROWS);
    for (int i = 0; i < ROWS / LIST; i++) {
      found += BlockScan.chosen().scan(table, blocks, i * list, LIST, false, 0, 1e9f, hits);
    }
    return found;
  }

  /// The bytes of the rows, added up.
  private long plainRead() {
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

  /// Prints a Markdown table.
  public static void main(String[] args) {
    System.out.println(VectorKernel.chosen().description() + ", ns a row\n");
    System.out.println(
        "| dimension | format | in order | 8 queries, each | scattered | four-bit blocks | plain read |");
    System.out.println("|---:|---|---:|---:|---:|---:|---:|");
    for (int dimension : new int[] {100, 768}) {
      for (RowFormat format : RowFormat.values()) {
        KernelBench bench = new KernelBench(dimension, format);
        System.out.printf(
            "| %d | %s | %.2f | %.2f | %.2f | %.2f | %.2f |%n",
            dimension,
            format,
            bench.measure(bench::inOrder),
            bench.measure(bench::together) / TOGETHER,
            bench.measure(bench::scattered),
            bench.measure(bench::blocks),
            bench.measure(bench::plainRead));
      }
    }
  }

  private double measure(DoubleSupplier loop) {
    double[] nanos = new double[RUNS];
    for (int i = -WARM; i < RUNS; i++) {
      long start = THREADS.getCurrentThreadCpuTime();
      sum += loop.getAsDouble();
      if (i >= 0) {
        nanos[i] = (double) (THREADS.getCurrentThreadCpuTime() - start) / ROWS;
      }
    }
    if (Double.isNaN(sum)) {
      throw new IllegalStateException("a score is no number");
    }
    Arrays.sort(nanos);
    return nanos[RUNS / 2];
  }
}
