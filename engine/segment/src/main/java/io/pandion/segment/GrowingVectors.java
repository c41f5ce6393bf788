package io.pandion.segment;

import io.pandion.index.FlatScan;
import io.pandion.index.FloatRows;
import io.pandion.index.InverseNorms;
import io.pandion.index.kernel.VectorKernel;
import io.pandion.model.Column;
import io.pandion.model.Metric;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// One vector field of a growing segment: off-heap chunks of about a megabyte that never move,
/// freed when nothing refers to them. Written by one thread; published rows are read by any.
final class GrowingVectors {
  private static final int CHUNK_BYTES = 1 << 20;

  private final int dimension;
  private final int stride;
  private final int chunkRows;
  private MemorySegment[] chunks = {};
  private float[][] norms = {};

  GrowingVectors(int dimension) {
    this.dimension = dimension;
    this.stride = FloatRows.stride(dimension);
    this.chunkRows = Math.max(16, Integer.highestOneBit(CHUNK_BYTES / stride));
  }

  void append(Column.FloatVectors column, int at) {
    for (int i = 0; i < column.size(); i++) {
      int row = at + i;
      int index = row / chunkRows;
      if (index == chunks.length) {
        MemorySegment[] more = Arrays.copyOf(chunks, index + 1);
        more[index] = Arena.ofAuto().allocate((long) chunkRows * stride, 64);
        float[][] moreNorms = Arrays.copyOf(norms, index + 1);
        moreNorms[index] = new float[chunkRows];
        norms = moreNorms;
        chunks = more;
      }
      MemorySegment.copy(
          column.values(),
          i * dimension,
          chunks[index],
          ValueLayout.JAVA_FLOAT,
          (long) (row % chunkRows) * stride,
          dimension);
      int inChunk = row % chunkRows;
      FloatRows whole = new FloatRows(chunks[index], chunkRows, dimension, stride);
      InverseNorms.fill(whole, inChunk, inChunk + 1, norms[index]);
    }
  }

  int dimension() {
    return dimension;
  }

  int chunkRows() {
    return chunkRows;
  }

  /// The chunk that holds row `index * chunkRows`, with as many of its rows as are below `rows`.
  FloatRows chunk(int index, int rows) {
    return new FloatRows(
        chunks[index], Math.min(chunkRows, rows - index * chunkRows), dimension, stride);
  }

  /// One over the norms of a chunk's rows.
  float[] inverseNorms(int index) {
    return norms[index];
  }

  /// Scores sorted rows exactly.
  void score(Metric metric, float[] query, int offset, int[] rows, int count, float[] out) {
    for (int from = 0; from < count; ) {
      int index = rows[from] / chunkRows;
      int base = index * chunkRows;
      int to = from + 1;
      while (to < count && rows[to] < base + chunkRows) {
        to++;
      }
      FlatScan.scores(
          VectorKernel.chosen(),
          chunk(index, base + chunkRows),
          base,
          norms[index],
          metric,
          query,
          offset,
          rows,
          from,
          to,
          out);
      from = to;
    }
  }

  Column.FloatVectors fetch(int[] rows, int count) {
    float[] out = new float[count * dimension];
    for (int i = 0; i < count; i++) {
      MemorySegment.copy(
          chunks[rows[i] / chunkRows],
          ValueLayout.JAVA_FLOAT,
          (long) (rows[i] % chunkRows) * stride,
          out,
          i * dimension,
          dimension);
    }
    return new Column.FloatVectors(out, dimension);
  }
}
