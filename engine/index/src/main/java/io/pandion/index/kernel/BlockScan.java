package io.pandion.index.kernel;

import java.lang.foreign.MemorySegment;

/// Scans rows of four-bit codes, 32 at a time, by looking each code up in a small table: FastScan.
///
/// *Layout.* A row has `m` codes; four of them make a group, the last is filled up. A block holds
/// 32 rows: for each group 64 bytes, of which byte `4 i + j` holds code *j* of row *i* in its lower
/// and of row `i + 16` in its upper bits; then, where there are trailers, 32 floats, the rows'
/// factors, and 32 floats, their constants.
///
/// *Arithmetic.* [ScanTable] has a byte for each of the 16 values of each code. The bytes of a row
/// are added up to *sum*, and its score is `scale * sum + bias + add`, with trailers `(factor *
/// (scale * sum + bias) + constant) + add`, in this order, so that all twins give the same bits.
///
/// Three twins, chosen together with [VectorKernel]. Threads: stateless, any number. Nothing
/// allocates. André, Kermarrec and Le Scouarnec, Cache locality is not enough: high-performance
/// nearest neighbor search with product quantization fast scan (2015).
public interface BlockScan {
  /// Of a code.
  int BITS = 4;

  /// Rows of a block.
  int ROWS = 32;

  /// Finds the rows whose score is above a bound, by ascending place.
  ///
  /// @param at where the first block starts
  /// @param rows at most [ScanHits#capacity]; that of the last block may be fewer than 32
  /// @param hits receives places, counted from 0, and scores
  /// @return how many were found
  int scan(
      ScanTable table,
      MemorySegment blocks,
      long at,
      int rows,
      boolean trailers,
      float add,
      float above,
      ScanHits hits);

  /// Groups of four of a number of codes.
  static int groups(int codes) {
    return (codes + 3) / 4;
  }

  /// Bytes of a block.
  static long blockBytes(int groups, boolean trailers) {
    return 64L * groups + (trailers ? 256 : 0);
  }

  /// The scan of this process.
  static BlockScan chosen() {
    return BlockScanChoice.CHOSEN;
  }
}
