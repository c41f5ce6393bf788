package io.pandion.index;

import io.pandion.index.kernel.RowCodec;
import io.pandion.index.kernel.RowFormat;
import io.pandion.index.kernel.RowQuery;
import io.pandion.index.kernel.Rows;
import io.pandion.index.kernel.ScoreBatch;
import io.pandion.index.kernel.VectorKernel;
import io.pandion.model.Metric;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;

/// Finds centres so that rows are near to one of them: Lloyd's rounds over samples that grow. The
/// same rows and seed give the same centres, whatever the number of threads. Cost: O(rounds x
/// sample x centres x dimension), on all threads of [Workers].
final class KMeans {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Rows of the sample for each centre, and rounds over that sample.
  private static final int[][] STAGES = {{16, 4}, {48, 4}, {128, 3}};

  private static final int TOGETHER = 16;
  private static final int CENTRES = 1024;

  private final Rows points;
  private final int stride;
  private final RowCodec codec;
  private final int[] order;
  private final SplittableRandom random;
  private final Workers workers;

  /// @param points of FLOAT32
  /// @param heldOut rows that centres are not to follow, ascending
  KMeans(Rows points, int[] heldOut, long seed, Workers workers) {
    this.points = points;
    this.workers = workers;
    this.stride = points.stride();
    this.codec = new RowCodec(RowFormat.FLOAT32, Metric.L2, points.dimension(), null);
    this.random = new SplittableRandom(seed);
    this.order = new int[points.count() - heldOut.length];
    int size = 0;
    int skipped = 0;
    for (int row = 0; row < points.count(); row++) {
      if (skipped < heldOut.length && heldOut[skipped] == row) {
        skipped++;
      } else {
        order[size++] = row;
      }
    }
  }

  /// The centres, rows of FLOAT32 in memory of the arena.
  ///
  /// @param count at most as many as rows
  Rows centres(int count, Arena arena) {
    MemorySegment data = arena.allocate((long) count * stride, 64);
    Rows centres = new Rows(RowFormat.FLOAT32, data, count, points.dimension());
    int shuffled = 0;
    for (int[] stage : STAGES) {
      int size = (int) Math.min(order.length, (long) stage[0] * count);
      for (; shuffled < size; shuffled++) {
        int other = random.nextInt(shuffled, order.length);
        int swap = order[shuffled];
        order[shuffled] = order[other];
        order[other] = swap;
        if (shuffled < count) {
          copy(order[shuffled], data, shuffled);
        }
      }
      int[] sample = Arrays.copyOf(order, size);
      for (int round = 0; round < stage[1]; round++) {
        move(centres, sample, nearest(centres, sample));
      }
    }
    return centres;
  }

  private void copy(int row, MemorySegment to, int at) {
    MemorySegment.copy(
        points.data(), (long) row * stride, to, (long) at * stride, 4L * points.dimension());
  }

  /// The nearest centre of every row.
  int[] nearest(Rows centres) {
    int[] all = new int[points.count()];
    for (int i = 0; i < all.length; i++) {
      all[i] = i;
    }
    return nearest(centres, all);
  }

  private int[] nearest(Rows centres, int[] rows) {
    int[] out = new int[rows.length];
    workers.share(
        rows.length,
        1024,
        (from, to) -> {
          RowQuery[] queries = new RowQuery[TOGETHER];
          for (int i = 0; i < TOGETHER; i++) {
            queries[i] = new RowQuery();
          }
          ScoreBatch batch = new ScoreBatch(TOGETHER * Math.min(CENTRES, centres.count()));
          float[] best = new float[TOGETHER];
          float[] vector = new float[points.dimension()];
          for (int i = from; i < to; i += TOGETHER) {
            int count = Math.min(TOGETHER, to - i);
            for (int q = 0; q < count; q++) {
              read(rows[i + q], vector);
              codec.prepare(vector, 0, queries[q]);
            }
            assign(centres, queries, count, batch, best, out, i);
          }
        });
    return out;
  }

  private void read(int row, float[] to) {
    MemorySegment.copy(points.data(), FLOAT, (long) row * stride, to, 0, to.length);
  }

  private static void assign(
      Rows centres,
      RowQuery[] queries,
      int count,
      ScoreBatch batch,
      float[] best,
      int[] out,
      int at) {
    Arrays.fill(best, Float.NEGATIVE_INFINITY);
    float[] scores = batch.scores();
    for (int from = 0; from < centres.count(); from += CENTRES) {
      int size = Math.min(CENTRES, centres.count() - from);
      VectorKernel.chosen().scoreRange(queries, count, centres, from, size, batch);
      for (int q = 0; q < count; q++) {
        for (int c = 0; c < size; c++) {
          float score = scores[q * size + c];
          if (score > best[q]) {
            best[q] = score;
            out[at + q] = from + c;
          }
        }
      }
    }
  }

  /// Moves every centre into the middle of its rows; one without rows goes to a random row.
  private void move(Rows centres, int[] sample, int[] nearest) {
    int[] starts = new int[centres.count() + 1];
    int[] members = grouped(nearest, starts);
    for (int c = 0; c < centres.count(); c++) {
      if (starts[c] == starts[c + 1]) {
        copy(sample[random.nextInt(sample.length)], centres.data(), c);
      }
    }
    int dimension = points.dimension();
    workers.share(
        centres.count(),
        16,
        (from, to) -> {
          double[] sum = new double[dimension];
          float[] vector = new float[dimension];
          for (int c = from; c < to; c++) {
            int size = starts[c + 1] - starts[c];
            if (size == 0) {
              continue;
            }
            Arrays.fill(sum, 0);
            for (int i = starts[c]; i < starts[c + 1]; i++) {
              read(sample[members[i]], vector);
              for (int d = 0; d < dimension; d++) {
                sum[d] += vector[d];
              }
            }
            for (int d = 0; d < dimension; d++) {
              centres.data().set(FLOAT, (long) c * stride + 4L * d, (float) (sum[d] / size));
            }
          }
        });
  }

  /// Places by group, ascending in each; `starts` receives where each group starts.
  static int[] grouped(int[] groups, int[] starts) {
    for (int group : groups) {
      starts[group + 1]++;
    }
    for (int g = 1; g < starts.length; g++) {
      starts[g] += starts[g - 1];
    }
    int[] next = starts.clone();
    int[] out = new int[groups.length];
    for (int i = 0; i < groups.length; i++) {
      out[next[groups[i]]++] = i;
    }
    return out;
  }
}
