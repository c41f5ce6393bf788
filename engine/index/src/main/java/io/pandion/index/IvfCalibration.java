package io.pandion.index;

import io.pandion.index.kernel.RowQuery;
import io.pandion.index.kernel.Rows;
import io.pandion.index.kernel.VectorKernel;
import io.pandion.model.Metric;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Measures how many lists and exact scores give what recall, with rows as queries that no centre
/// has followed and that must not find themselves. One scan of all lists tells of each near row in
/// which list it is found and how many rows of the better lists its code puts before it. Truth is
/// the exact order of the best rows of that scan, of so many that hardly one is missing.
///
/// Cost: a scan of all codes for each query; of the build 10 % where rows are words in blocks, up
/// to a quarter where they are not, whose builds are the cheapest: fewer queries measure too
/// coarsely.
final class IvfCalibration {
  private static final int FEWEST_QUERIES = 50;

  /// Rows for each query, at least.
  private static final int ROWS_PER_QUERY = 40;

  /// Queries that share a scan of rows, and rows scored at a time.
  private static final int TOGETHER = 16;

  private static final int BATCH = IvfScratch.STEP / TOGETHER;

  private final FloatRows vectors;
  private final Metric metric;
  private final IvfParams.Coding coding;
  private final int[] queries;

  /// Chooses the queries.
  IvfCalibration(FloatRows vectors, Metric metric, IvfParams.Coding coding, long seed) {
    this.vectors = vectors;
    this.metric = metric;
    this.coding = coding;
    int wanted = Math.min(mostQueries(coding), vectors.rows() / ROWS_PER_QUERY);
    this.queries = new int[wanted < FEWEST_QUERIES ? 0 : wanted];
    SplittableRandom random = new SplittableRandom(seed ^ 0xca11b8a7eL);
    for (int i = 0; i < queries.length; i++) {
      queries[i] =
          random.nextInt(
              (int) ((long) vectors.rows() * i / wanted),
              (int) ((i + 1L) * vectors.rows() / wanted));
    }
  }

  /// The finer the codes, the more a scan of all costs.
  private static int mostQueries(IvfParams.Coding coding) {
    return switch (coding) {
      case RABITQ -> 300;
      case FLAT, SQ8, PQ -> 400;
    };
  }

  /// Rows of which the truth is chosen.
  private static int kept(IvfParams.Coding coding) {
    return switch (coding) {
      case FLAT -> RecallTally.DEEPEST + 20;
      case SQ8 -> 4 * RecallTally.DEEPEST;
      case PQ -> 12 * RecallTally.DEEPEST;
      case RABITQ -> 25 * RecallTally.DEEPEST;
    };
  }

  /// Rows that centres must not follow, ascending.
  int[] heldOut() {
    return queries;
  }

  /// Whether there are enough rows.
  boolean possible() {
    return queries.length > 0;
  }

  /// @param lists as written
  RecallCurve measure(IvfLists lists, Workers workers) {
    int kept = Math.min(kept(coding), vectors.rows());
    RecallTally tally = new RecallTally(lists.count(), kept);
    IvfIndex index = new IvfIndex(lists, vectors, metric);
    float @Nullable [] norms = metric == Metric.COSINE ? InverseNorms.of(vectors) : null;
    workers.share(
        queries.length,
        TOGETHER,
        (from, to) -> new Asker(lists, index, norms, tally, kept).ask(from, to));
    double scanned = (double) vectors.rows() / lists.count();
    return tally.curve((probes, reorder) -> probes * scanned + reorder * exactCost());
  }

  /// What the exact score of a row somewhere in memory costs, in rows scanned. Measured.
  private double exactCost() {
    return switch (coding) {
      case FLAT -> 2;
      case SQ8 -> 15;
      case PQ, RABITQ -> 60;
    };
  }

  /// What the queries that are asked together need.
  private final class Asker {
    private final IvfLists lists;
    private final IvfIndex index;
    private final RecallTally tally;
    private final RecallTally.Query found;
    private final IvfScratch own = IvfScratch.ofThread();
    private final Scorer scorer = new Scorer();
    private final float[] vector = new float[vectors.dimension()];
    private final TopK truth = new TopK();
    private final int kept;

    /// Of each list, the number of the first effort that scans it.
    private final int[] effortOf;

    private final int[] before;
    private long[] order = {};
    private int[] rankOf = {};
    private int[] rows = {};
    private float[] exact = {};

    Asker(IvfLists lists, IvfIndex index, float @Nullable [] norms, RecallTally tally, int kept) {
      this.lists = lists;
      this.index = index;
      this.tally = tally;
      this.kept = kept;
      this.found = tally.new Query();
      this.effortOf = new int[lists.count()];
      this.before = new int[tally.efforts().length];
      scorer.rows(VectorKernel.chosen(), vectors, metric, norms);
    }

    /// Asks some of the queries.
    void ask(int from, int to) {
      IvfScratch.Query[] all = own.queries(to - from);
      for (int i = from; i < to; i++) {
        read(queries[i]);
        all[i - from].prepare(lists, vector, 0, metric == Metric.COSINE);
        all[i - from].reservoir.reset(kept);
      }
      if (lists.rows != null) {
        scan(lists.rows, all, to - from);
      }
      for (int i = from; i < to; i++) {
        IvfScratch.Query q = all[i - from];
        read(queries[i]);
        scan(q);
        q.reservoir.cut();
        truth(queries[i], q.reservoir);
        count(q.reservoir);
      }
    }

    private void read(int row) {
      MemorySegment.copy(
          vectors.data(), SectionFile.FLOAT, vectors.offset(row), vector, 0, vector.length);
    }

    /// Scans all rows for several queries.
    private void scan(Rows rows, IvfScratch.Query[] all, int count) {
      RowQuery[] prepared = new RowQuery[count];
      Arrays.setAll(prepared, i -> all[i].fine);
      float[] scores = own.batch.scores();
      for (int from = 0; from < rows.count(); from += BATCH) {
        int size = Math.min(BATCH, rows.count() - from);
        VectorKernel.chosen().scoreRange(prepared, count, rows, from, size, own.batch);
        for (int q = 0; q < count; q++) {
          Reservoir best = all[q].reservoir;
          for (int i = 0; i < size; i++) {
            if (scores[q * size + i] > best.threshold()) {
              best.add(from + i, scores[q * size + i]);
            }
          }
        }
      }
    }

    /// Orders the lists for a query, and scans them where they are blocks.
    private void scan(IvfScratch.Query q) {
      index.centres(own, q);
      index.order(q, lists.count());
      int effort = 0;
      for (int i = 0; i < lists.count(); i++) {
        if (i == tally.efforts()[effort]) {
          effort++;
        }
        effortOf[q.order.list(i)] = effort;
        if (lists.rows == null) {
          index.list(own, q, q.order.list(i), null);
        }
      }
    }

    /// Ranks the rows of a reservoir, by place in it, and orders them by their codes.
    private void truth(int self, Reservoir of) {
      int size = of.size();
      if (order.length < size) {
        order = new long[size];
        rankOf = new int[size];
        rows = new int[size];
        exact = new float[size];
      }
      for (int i = 0; i < size; i++) {
        rows[i] = lists.number(of.place(i));
      }
      scorer.query(vector, 0);
      scorer.scores(rows, size, exact);
      truth.reset(RecallTally.DEEPEST);
      for (int i = 0; i < size; i++) {
        int row = rows[i];
        int bits = Float.floatToIntBits(of.score(i));
        order[i] = ((long) ~(bits ^ ((bits >> 31) & 0x7fffffff)) << 32) | i;
        rankOf[i] = row == self ? -1 : RecallTally.DEEPEST;
        if (row != self) {
          truth.offer(i, exact[i]);
        }
      }
      truth.sort();
      for (int i = 0; i < truth.size(); i++) {
        rankOf[truth.row(i)] = i;
      }
      Arrays.sort(order, 0, size);
    }

    private void count(Reservoir of) {
      found.clear();
      Arrays.fill(before, 0);
      for (int i = 0; i < of.size(); i++) {
        int at = (int) order[i];
        int rank = rankOf[at];
        if (rank < 0) {
          continue;
        }
        int first = effortOf[lists.listOf(of.place(at))];
        if (rank < RecallTally.DEEPEST) {
          int place = 0;
          for (int effort = 0; effort < before.length; effort++) {
            place += before[effort];
            if (effort >= first) {
              found.found(effort, place, rank);
            }
          }
        }
        before[first]++;
      }
      found.add(before.length);
    }
  }
}
