package io.pandion.index.sparse;

import static io.pandion.index.SectionFile.INT;
import static io.pandion.index.SectionFile.LONG;
import static io.pandion.index.sparse.PostingLists.FLOAT;

import io.pandion.index.SectionFile;
import io.pandion.model.PandionException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;

/// Writes an inverted index: for each dimension that occurs, a *term*, its postings (row, value) by
/// ascending row, in blocks of 64 that do not span terms.
///
/// The file is a [SectionFile] of kind SPARSE, version 1. Numbers are little-endian, rows and
/// dimensions unsigned. Its sections:
///
/// ```
/// 0  u32 rows, u32 terms, u64 postings, u64 blocks, u32 algorithm (0 MaxScore, 1 WAND, 2 naive), u32 0
/// 1  terms      x u32 dimension, ascending
/// 2  terms + 1  x u64 number of the first posting
/// 3  terms + 1  x u64 number of the first block
/// 4  terms      x (f32 largest value, f32 smallest value)
/// 5  blocks     x u32 last row
/// 6  blocks     x (f32 largest value, f32 smallest value)
/// 7  postings   x u32 row
/// 8  postings   x f32 value
/// ```
final class SparseIndexWriter {
  private final SparseRows rows;
  private final SparseParams params;
  private final float least;
  private final TermTable table = new TermTable();
  private int[] order = {};
  private long[] starts = {};
  private long[] blocks = {};

  SparseIndexWriter(SparseRows rows, SparseParams params) {
    this.rows = rows;
    this.params = params;
    this.least = least(rows, params.dropRatio());
  }

  /// The magnitude below which values are left out.
  private static float least(SparseRows rows, double ratio) {
    int values = rows.start(rows.rows());
    int dropped = (int) (ratio * values);
    if (dropped == 0) {
      return 0;
    }
    float[] sizes = new float[values];
    for (int i = 0; i < values; i++) {
      sizes[i] = Math.abs(rows.value(i));
    }
    Arrays.sort(sizes);
    return sizes[dropped];
  }

  private boolean kept(float value) {
    return value != 0 && Math.abs(value) >= least;
  }

  void write(Path file) throws IOException {
    int values = rows.start(rows.rows());
    for (int i = 0; i < values; i++) {
      if (kept(rows.value(i))) {
        table.add(rows.dimension(i));
      }
    }
    int terms = table.size();
    order =
        IntStream.range(0, terms)
            .boxed()
            .sorted((a, b) -> Integer.compareUnsigned(table.dimension(a), table.dimension(b)))
            .mapToInt(Integer::intValue)
            .toArray();
    starts = new long[terms + 1];
    blocks = new long[terms + 1];
    for (int i = 0; i < terms; i++) {
      int count = table.count(order[i]);
      starts[i + 1] = starts[i] + count;
      blocks[i + 1] = blocks[i] + (count + PostingLists.BLOCK - 1) / PostingLists.BLOCK;
    }
    long[] lengths = {
      32,
      4L * terms,
      8L * (terms + 1),
      8L * (terms + 1),
      8L * terms,
      4 * blocks[terms],
      8 * blocks[terms],
      4 * starts[terms],
      4 * starts[terms]
    };
    SectionFile.write(file, SectionFile.SPARSE, 1, lengths, this::fill);
  }

  private void fill(MemorySegment[] sections) {
    int terms = table.size();
    sections[0].set(INT, 0, rows.rows());
    sections[0].set(INT, 4, terms);
    sections[0].set(LONG, 8, starts[terms]);
    sections[0].set(LONG, 16, blocks[terms]);
    sections[0].set(INT, 24, params.algorithm().code);
    long[] next = new long[terms];
    for (int i = 0; i < terms; i++) {
      sections[1].set(INT, 4L * i, table.dimension(order[i]));
      next[order[i]] = starts[i];
    }
    for (int i = 0; i <= terms; i++) {
      sections[2].set(LONG, 8L * i, starts[i]);
      sections[3].set(LONG, 8L * i, blocks[i]);
    }
    for (int row = 0; row < rows.rows(); row++) {
      if (Thread.currentThread().isInterrupted()) {
        throw PandionException.unavailable("the build of the index was cancelled");
      }
      for (int i = rows.start(row); i < rows.start(row + 1); i++) {
        if (kept(rows.value(i))) {
          long at = next[table.term(rows.dimension(i))]++;
          sections[7].set(INT, 4 * at, row);
          sections[8].set(FLOAT, 4 * at, rows.value(i));
        }
      }
    }
    for (int i = 0; i < terms; i++) {
      bounds(sections, i);
    }
  }

  private void bounds(MemorySegment[] sections, int term) {
    long block = blocks[term];
    float most = Float.NEGATIVE_INFINITY;
    float fewest = Float.POSITIVE_INFINITY;
    for (long from = starts[term]; from < starts[term + 1]; from += PostingLists.BLOCK, block++) {
      long end = Math.min(from + PostingLists.BLOCK, starts[term + 1]);
      float high = Float.NEGATIVE_INFINITY;
      float low = Float.POSITIVE_INFINITY;
      for (long at = from; at < end; at++) {
        float value = sections[8].get(FLOAT, 4 * at);
        high = Math.max(high, value);
        low = Math.min(low, value);
      }
      sections[5].set(INT, 4 * block, sections[7].get(INT, 4 * (end - 1)));
      sections[6].set(FLOAT, 8 * block, high);
      sections[6].set(FLOAT, 8 * block + 4, low);
      most = Math.max(most, high);
      fewest = Math.min(fewest, low);
    }
    sections[4].set(FLOAT, 8L * term, most);
    sections[4].set(FLOAT, 8L * term + 4, fewest);
  }
}
