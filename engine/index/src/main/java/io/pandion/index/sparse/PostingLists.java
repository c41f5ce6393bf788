package io.pandion.index.sparse;

import static io.pandion.index.SectionFile.INT;
import static io.pandion.index.SectionFile.LONG;

import io.pandion.index.SectionFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The mapped file of [SparseIndexWriter]. Immutable, any number of threads.
final class PostingLists {
  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final int BLOCK = 64;

  private final int rows;
  private final int terms;
  private final SparseParams.Algorithm algorithm;
  private final MemorySegment dimensions;
  private final MemorySegment starts;
  private final MemorySegment blockStarts;
  private final MemorySegment bounds;
  final MemorySegment blockLast;
  final MemorySegment blockBounds;
  final MemorySegment postingRows;
  final MemorySegment postingValues;

  PostingLists(MemorySegment file, String what) {
    MemorySegment[] sections = SectionFile.open(file, what, SectionFile.SPARSE, 1);
    SectionFile.check(sections.length == 9, what, "has " + sections.length + " sections, not 9");
    rows = sections[0].get(INT, 0);
    terms = sections[0].get(INT, 4);
    algorithm = SparseParams.Algorithm.of(sections[0].get(INT, 24));
    dimensions = sections[1];
    starts = sections[2];
    blockStarts = sections[3];
    bounds = sections[4];
    blockLast = sections[5];
    blockBounds = sections[6];
    postingRows = sections[7];
    postingValues = sections[8];
  }

  int rows() {
    return rows;
  }

  SparseParams.Algorithm algorithm() {
    return algorithm;
  }

  /// The number of a dimension's term, negative when no row has it.
  int term(int dimension) {
    int low = 0;
    int high = terms - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = Integer.compareUnsigned(dimensions.get(INT, 4L * middle), dimension);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  long start(int term) {
    return starts.get(LONG, 8L * term);
  }

  long blockStart(int term) {
    return blockStarts.get(LONG, 8L * term);
  }

  /// What the values of a term add to a score at most, at least 0.
  double bound(int term, float weight) {
    return bound(bounds, term, weight);
  }

  /// What the values of a block add to a score at most, at least 0.
  double blockBound(long block, float weight) {
    return bound(blockBounds, block, weight);
  }

  /// A little more than the largest product, so that rounding in sums never hides a row.
  private static double bound(MemorySegment from, long at, float weight) {
    double most = (double) weight * from.get(FLOAT, 8 * at + (weight > 0 ? 0 : 4));
    return Math.max(0, most) * (1 + 1e-7);
  }
}
