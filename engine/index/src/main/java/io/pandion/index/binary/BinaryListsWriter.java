package io.pandion.index.binary;

import static io.pandion.index.SectionFile.INT;

import io.pandion.index.SectionFile;
import io.pandion.index.TopK;
import io.pandion.index.VectorSearch;
import io.pandion.index.Workers;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;

/// Writes BIN_IVF_FLAT: rows in lists, each with a middle, the bits that most of its rows have.
///
/// The file is a [SectionFile] of kind BINARY_IVF, version 1. Numbers are little-endian. Sections:
///
/// ```
/// 0  u32 rows, u32 dimension, u32 metric (0 HAMMING, 1 JACCARD), u32 lists
/// 1  lists      x row: the middles, each `stride` bytes (dimension / 8, rounded up to 8)
/// 2  lists + 1  x u32 place of a list's first row
/// 3  rows       x u32 row number of each place, ascending in a list
/// 4  rows       x row: the vectors by place, each `stride` bytes
/// ```
final class BinaryListsWriter {
  private static final int ROUNDS = 6;
  private static final int SAMPLE_PER_LIST = 128;
  private static final VectorSearch NEAREST =
      new VectorSearch(1, null, Float.NaN, Float.NaN, Map.of());

  private final BinaryRows vectors;
  private final BinaryMetric metric;
  private final int lists;
  private final SplittableRandom random;
  private final Workers workers;

  BinaryListsWriter(
      BinaryRows vectors, BinaryMetric metric, int wanted, long seed, Workers workers) {
    this.vectors = vectors;
    this.metric = metric;
    this.workers = workers;
    this.lists = Math.max(1, Math.min(wanted, vectors.rows()));
    this.random = new SplittableRandom(seed);
  }

  void write(Path file) throws IOException {
    long rows = vectors.rows();
    long stride = vectors.strideBytes();
    long[] lengths = {16, lists * stride, 4L * (lists + 1), 4 * rows, rows * stride};
    try (Arena arena = Arena.ofShared()) {
      MemorySegment middles = arena.allocate(lists * stride, 64);
      BinaryRows middle = new BinaryRows(middles, lists, vectors.dimension(), (int) stride);
      int[] sample = sample();
      for (int i = 0; i < lists && i < sample.length; i++) {
        MemorySegment.copy(vectors.data(), vectors.offset(sample[i]), middles, i * stride, stride);
      }
      int[] list = new int[sample.length];
      for (int round = 0; round < ROUNDS && sample.length > 0; round++) {
        assign(middle, sample, list);
        vote(middle, sample, list);
      }
      int[] all = new int[vectors.rows()];
      for (int i = 0; i < all.length; i++) {
        all[i] = i;
      }
      int[] ofRow = new int[all.length];
      assign(middle, all, ofRow);
      SectionFile.write(
          file, SectionFile.BINARY_IVF, 1, lengths, sections -> fill(sections, middles, ofRow));
    }
  }

  /// Rows to learn from, in random order.
  private int[] sample() {
    int rows = vectors.rows();
    int[] all = new int[rows];
    for (int i = 0; i < rows; i++) {
      all[i] = i;
    }
    int wanted = (int) Math.min(rows, (long) SAMPLE_PER_LIST * lists);
    for (int i = 0; i < wanted; i++) {
      int j = random.nextInt(i, rows);
      int swap = all[i];
      all[i] = all[j];
      all[j] = swap;
    }
    return java.util.Arrays.copyOf(all, wanted);
  }

  private void assign(BinaryRows middle, int[] rows, int[] list) {
    workers.share(
        rows.length,
        1024,
        (from, to) -> {
          TopK best = new TopK();
          BinaryScorer scorer = BinaryScorer.ofThread();
          for (int i = from; i < to; i++) {
            best.reset(1);
            scorer.turn(middle, metric, vectors.data(), vectors.offset(rows[i]));
            for (int l = 0; l < lists; l++) {
              scorer.add(l, middle.offset(l), NEAREST, best);
            }
            scorer.finish(NEAREST, best);
            list[i] = best.row(0);
          }
        });
  }

  /// Each middle becomes the bits of the majority; an empty list takes a random row.
  private void vote(BinaryRows middle, int[] sample, int[] list) {
    int[][] members = new int[lists][];
    int[] counts = new int[lists];
    for (int l : list) {
      counts[l]++;
    }
    for (int l = 0; l < lists; l++) {
      members[l] = new int[counts[l]];
      if (counts[l] == 0) {
        int row = sample[random.nextInt(sample.length)];
        MemorySegment.copy(
            vectors.data(),
            vectors.offset(row),
            middle.data(),
            middle.offset(l),
            middle.strideBytes());
      }
      counts[l] = 0;
    }
    for (int i = 0; i < list.length; i++) {
      members[list[i]][counts[list[i]]++] = sample[i];
    }
    workers.share(
        lists,
        1,
        (from, to) -> {
          for (int l = from; l < to; l++) {
            if (members[l].length > 0) {
              majority(members[l], middle.data(), middle.offset(l));
            }
          }
        });
  }

  private void majority(int[] rows, MemorySegment to, long offset) {
    int[] ones = new int[64];
    for (int w = 0; w < vectors.words(); w++) {
      java.util.Arrays.fill(ones, 0);
      for (int row : rows) {
        long word = vectors.data().get(SectionFile.LONG, vectors.offset(row) + 8L * w);
        for (long rest = word; rest != 0; rest &= rest - 1) {
          ones[Long.numberOfTrailingZeros(rest)]++;
        }
      }
      long middle = 0;
      for (int bit = 0; bit < 64; bit++) {
        if (2 * ones[bit] > rows.length) {
          middle |= 1L << bit;
        }
      }
      to.set(SectionFile.LONG, offset + 8L * w, middle);
    }
  }

  private void fill(MemorySegment[] sections, MemorySegment middles, int[] ofRow) {
    sections[0].set(INT, 0, vectors.rows());
    sections[0].set(INT, 4, vectors.dimension());
    sections[0].set(INT, 8, metric.code);
    sections[0].set(INT, 12, lists);
    sections[1].copyFrom(middles);
    int[] next = new int[lists + 1];
    for (int l : ofRow) {
      next[l + 1]++;
    }
    for (int l = 0; l < lists; l++) {
      next[l + 1] += next[l];
    }
    for (int l = 0; l <= lists; l++) {
      sections[2].set(INT, 4L * l, next[l]);
    }
    long stride = vectors.strideBytes();
    for (int row = 0; row < ofRow.length; row++) {
      int place = next[ofRow[row]]++;
      sections[3].set(INT, 4L * place, row);
      MemorySegment.copy(vectors.data(), vectors.offset(row), sections[4], place * stride, stride);
    }
  }
}
