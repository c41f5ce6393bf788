package io.pandion.index;

import io.pandion.model.Metric;
import java.lang.foreign.MemorySegment;

/// The graph as it lies in the file, a [SectionFile] of kind HNSW, version 1. Numbers are u32,
/// little-endian; "none" is 0xffffffff. Sections:
///
/// ```
/// 0 shape    rows, dimension, metric (0 L2, 1 IP, 2 COSINE), M, entry row or none, top level
/// 1 base     rows x record: 2 M neighbours on level 0, then none; a record is rounded up to 64 bytes
/// 2 upper    rows x the number of the row's first block in section 3, or none
/// 3 blocks   blocks of M neighbours, then none; a row of level n has n, for levels 1 to n
/// 4 twins    rows x the next row with the very same vector, or none
/// ```
///
/// Of rows with the same vector only the first is in the graph; the others hang on it by `twins`.
/// Threads: one writer while it is built, afterwards any number of readers.
final class HnswGraph {
  static final int SHAPE_BYTES = 24;

  final int m;
  final int rows;
  private final MemorySegment shape;
  private final MemorySegment base;
  private final MemorySegment upper;
  private final MemorySegment blocks;
  private final MemorySegment twins;
  private final long record;

  HnswGraph(MemorySegment[] sections) {
    shape = sections[0];
    base = sections[1];
    upper = sections[2];
    blocks = sections[3];
    twins = sections[4];
    rows = shape.get(SectionFile.INT, 0);
    m = shape.get(SectionFile.INT, 12);
    record = record(m);
  }

  static long record(int m) {
    return (2L * m * Integer.BYTES + 63) & -64;
  }

  /// Fills the sections of a new file with no links.
  static void blank(MemorySegment[] sections, FloatRows vectors, Metric metric, int m) {
    for (MemorySegment section : sections) {
      section.fill((byte) 0xff);
    }
    sections[0].set(SectionFile.INT, 0, vectors.rows());
    sections[0].set(SectionFile.INT, 4, vectors.dimension());
    sections[0].set(SectionFile.INT, 8, SectionFile.code(metric));
    sections[0].set(SectionFile.INT, 12, m);
  }

  boolean isOf(FloatRows vectors, Metric metric) {
    return rows == vectors.rows()
        && shape.get(SectionFile.INT, 4) == vectors.dimension()
        && shape.get(SectionFile.INT, 8) == SectionFile.code(metric);
  }

  /// Where walks start, or -1.
  int entry() {
    return shape.get(SectionFile.INT, 16);
  }

  int top() {
    return shape.get(SectionFile.INT, 20);
  }

  void enterAt(int row, int level) {
    shape.set(SectionFile.INT, 16, row);
    shape.set(SectionFile.INT, 20, level);
  }

  void firstBlock(int row, int block) {
    upper.set(SectionFile.INT, 4L * row, block);
  }

  int twin(int row) {
    return twins.get(SectionFile.INT, 4L * row);
  }

  void twin(int row, int next) {
    twins.set(SectionFile.INT, 4L * row, next);
  }

  int capacity(int level) {
    return level == 0 ? 2 * m : m;
  }

  /// Writes the neighbours to `out` and returns their number.
  int neighbours(int row, int level, int[] out) {
    MemorySegment links = level == 0 ? base : blocks;
    long at = at(row, level);
    int capacity = capacity(level);
    int count = 0;
    while (count < capacity) {
      int neighbour = links.get(SectionFile.INT, at + 4L * count);
      if (neighbour < 0) {
        break;
      }
      out[count++] = neighbour;
    }
    return count;
  }

  void link(int row, int level, int[] neighbours, int count) {
    MemorySegment links = level == 0 ? base : blocks;
    long at = at(row, level);
    int capacity = capacity(level);
    for (int i = 0; i < capacity; i++) {
      links.set(SectionFile.INT, at + 4L * i, i < count ? neighbours[i] : -1);
    }
  }

  private long at(int row, int level) {
    return level == 0
        ? row * record
        : 4L * m * (upper.get(SectionFile.INT, 4L * row) + (long) level - 1);
  }
}
