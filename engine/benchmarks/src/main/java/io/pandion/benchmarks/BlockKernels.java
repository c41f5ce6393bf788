package io.pandion.benchmarks;

import io.pandion.index.kernel.BlockScan;
import io.pandion.index.kernel.ScanHits;
import io.pandion.index.kernel.ScanTable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// Scans of four-bit codes in blocks, as inverted lists hold them, one code for two dimensions, and
/// a plain read of the same bytes. An operation is a row.
@State(Scope.Thread)
public class BlockKernels {
  private static final int LIST = 4096;

  @Param({"100", "768"})
  int dimension = 2;

  private final ScanHits hits = new ScanHits(LIST);
  private MemorySegment blocks = MemorySegment.NULL;
  private ScanTable table = new ScanTable(1);

  static long bytes(int dimension, int rows) {
    return BlockScan.blockBytes(BlockScan.groups(dimension / 2), false) * (rows / BlockScan.ROWS);
  }

  /// Fills the blocks with random codes.
  @Setup
  public void fill() {
    Random random = new Random(42);
    long bytes = bytes(dimension, RowKernels.ROWS);
    blocks = Arena.ofAuto().allocate(bytes, 4096);
    for (long at = 0; at < bytes; at += Long.BYTES) {
      blocks.set(ValueLayout.JAVA_LONG, at, random.nextLong());
    }
    int codes = dimension / 2;
    float[] partial = new float[16 * codes];
    for (int i = 0; i < partial.length; i++) {
      partial[i] = (float) random.nextGaussian();
    }
    table = new ScanTable(codes);
    table.set(partial, codes);
  }

  /// List after list; no row is near enough to be a hit.
  @Benchmark
  @OperationsPerInvocation(RowKernels.ROWS)
  public int inOrder() {
    int found = 0;
    long list = bytes(dimension, LIST);
    for (int i = 0; i < RowKernels.ROWS / LIST; i++) {
      found += BlockScan.chosen().scan(table, blocks, i * list, LIST, false, 0, 1e9f, hits);
    }
    return found;
  }

  /// The bytes that [#inOrder] reads.
  @Benchmark
  @OperationsPerInvocation(RowKernels.ROWS)
  public long readInOrder() {
    return PlainRead.all(blocks, blocks.byteSize());
  }
}
