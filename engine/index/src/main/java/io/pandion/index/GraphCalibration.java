package io.pandion.index;

import io.pandion.index.kernel.RowCodec;
import io.pandion.index.kernel.RowFormat;
import io.pandion.index.kernel.RowQuery;
import io.pandion.index.kernel.Rows;
import io.pandion.index.kernel.ScoreBatch;
import io.pandion.index.kernel.VectorKernel;
import io.pandion.model.Metric;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Measures what width of a walk gives what recall, with rows as queries that the graph lacks yet:
/// they are chosen before it is built and linked afterwards. One walk as wide as the widest gives
/// all narrower ones on its way ([GraphWalk#expand]); of many queries one in three walks that far,
/// the others a third of it, where recall differs more from query to query. Truth is the exact
/// order of the best rows of a scan of fine codes.
///
/// Cost: 4 to 8 % of the build, by the number of queries and the greatest width.
final class GraphCalibration {
  private static final int MOST_QUERIES = 500;
  private static final int FEWEST_QUERIES = 50;

  /// Rows for each query, at least.
  private static final int ROWS_PER_QUERY = 40;

  /// The part of the build's steps that walks may take.
  private static final double PART = 0.025;

  private static final int LEAST_WIDTH = 200;
  private static final int MOST_WIDTH = 2_000;

  /// Codes are this much coarser than floats at most: so many of a scan's best are scored exactly.
  private static final int KEPT = 2 * RecallTally.DEEPEST + 50;

  /// What one exact score costs, in steps of a walk for each of `M`.
  private static final double EXACT = 0.5;

  private static final int BATCH = 256;

  /// Queries that share a scan.
  private static final int TOGETHER = 8;

  /// One in so many walks as far as the widest, the others this part of it; of few queries all walk
  /// that far.
  private static final int WIDE = 3;

  private static final int MANY = 400;

  private final VectorRows vectors;
  private final Metric metric;
  private final float @Nullable [] norms;
  private final RowThreads threads;
  private final int[] queries;
  private final int m;
  private final int width;

  /// Chooses the queries.
  ///
  /// @param firstOf each row's first with the same vector
  GraphCalibration(
      VectorRows vectors,
      Metric metric,
      GraphParams params,
      int[] firstOf,
      long seed,
      RowThreads threads) {
    this.vectors = vectors;
    this.metric = metric;
    this.threads = threads;
    this.norms = metric == Metric.COSINE ? InverseNorms.of(vectors) : null;
    this.queries = queries(firstOf, seed);
    this.m = Math.min(params.m(), 32);
    double part = PART * vectors.rows() * params.efConstruction() / Math.max(1, queries.length);
    // beyond that, a scan is cheaper than a walk
    int useful = vectors.rows() / (5 * m);
    this.width = (int) Math.clamp(Math.min(part, useful), LEAST_WIDTH, MOST_WIDTH);
  }

  private static int[] queries(int[] firstOf, long seed) {
    int rows = firstOf.length;
    int wanted = Math.min(MOST_QUERIES, rows / ROWS_PER_QUERY);
    boolean[] twin = new boolean[rows];
    for (int row = 0; row < rows; row++) {
      if (firstOf[row] != row) {
        twin[row] = true;
        twin[firstOf[row]] = true;
      }
    }
    SplittableRandom random = new SplittableRandom(seed ^ 0xca11b8a7eL);
    int[] out = new int[wanted];
    int size = 0;
    for (int i = 0; i < wanted; i++) {
      int row = random.nextInt((int) ((long) rows * i / wanted), (int) ((i + 1L) * rows / wanted));
      if (!twin[row]) {
        out[size++] = row;
      }
    }
    return size < FEWEST_QUERIES ? new int[0] : Arrays.copyOf(out, size);
  }

  /// Rows that the graph must lack, ascending; none when the segment is too small.
  int[] heldOut() {
    return queries;
  }

  /// @param graph without the rows that are held out
  /// @param codes that searches walk by
  /// @param fine codes for truth
  /// @param firstOf rows that are not their own first are not in the graph
  /// @return null when there are no queries
  @Nullable RecallCurve measure(
      Graph graph, Rows codes, RowCodec codec, Rows fine, RowCodec fineCodec, int[] firstOf) {
    if (queries.length == 0) {
      return null;
    }
    AcceptRows linked = linked(firstOf);
    GraphWalk walk = new GraphWalk(VectorKernel.chosen(), graph, codes);
    RecallTally tally = new RecallTally(width, width);
    threads.each(
        (queries.length + TOGETHER - 1) / TOGETHER,
        () -> {
          Asker asker = new Asker(walk, codec, fine, fineCodec, linked, tally);
          return group -> asker.ask(group * TOGETHER);
        });
    double walked = (double) m * (codec.format() == RowFormat.FLOAT32 ? 2 : 1);
    return tally.curve((width, reorder) -> width * walked + EXACT * reorder);
  }

  private AcceptRows linked(int[] firstOf) {
    long[] words = new long[(firstOf.length + 63) >>> 6];
    for (int row = 0; row < firstOf.length; row++) {
      words[row >>> 6] |= firstOf[row] == row ? 1L << row : 0;
    }
    for (int row : queries) {
      words[row >>> 6] &= ~(1L << row);
    }
    return new AcceptRows(words, firstOf.length);
  }

  /// What one thread needs.
  private final class Asker {
    private final GraphWalk walk;
    private final RowCodec codec;
    private final Rows fine;
    private final RowCodec fineCodec;
    private final AcceptRows linked;
    private final RecallTally tally;
    private final RecallTally.Query found;
    private final GraphScratch scratch = new GraphScratch();
    private final RowQuery[] fineQueries = new RowQuery[TOGETHER];
    private final Candidates[] best = new Candidates[TOGETHER];
    private final ScoreBatch batch = new ScoreBatch(TOGETHER * BATCH);
    private final Scorer scorer = new Scorer();
    private final float[] vector = new float[vectors.dimension()];
    private final TopK truth = new TopK();
    private final int[] rows = new int[KEPT];
    private final float[] exact = new float[KEPT];

    /// Rows of truth, ascending, each with its rank.
    private final long[] ranks = new long[RecallTally.DEEPEST];

    Asker(
        GraphWalk walk,
        RowCodec codec,
        Rows fine,
        RowCodec fineCodec,
        AcceptRows linked,
        RecallTally tally) {
      this.walk = walk;
      this.codec = codec;
      this.fine = fine;
      this.fineCodec = fineCodec;
      this.linked = linked;
      this.tally = tally;
      this.found = tally.new Query();
      Arrays.setAll(fineQueries, _ -> new RowQuery());
      Arrays.setAll(best, _ -> new Candidates());
      scorer.rows(VectorKernel.chosen(), vectors, metric, norms);
    }

    /// Asks the queries from one on.
    void ask(int from) {
      int count = Math.min(TOGETHER, queries.length - from);
      for (int i = 0; i < count; i++) {
        vectors.read(queries[from + i], vector);
        fineCodec.prepare(vector, 0, fineQueries[i]);
        best[i].reset(KEPT);
      }
      scan(count);
      for (int i = 0; i < count; i++) {
        vectors.read(queries[from + i], vector);
        walk(truth(best[i]), (from + i) % WIDE == 0 || queries.length < MANY);
      }
    }

    private void walk(int count, boolean far) {
      found.clear();
      codec.prepare(vector, 0, scratch.query);
      walk.begin(scratch, walk.descend(scratch, 0), far ? width : width / WIDE);
      int at = 0;
      int effort = 0;
      int[] efforts = tally.efforts();
      for (; effort < efforts.length && (far || efforts[effort] <= width / WIDE); effort++) {
        at = walk.expand(scratch, at, 0, efforts[effort]);
        Candidates candidates = scratch.candidates;
        int end = Math.min(efforts[effort], candidates.size());
        for (int place = 0; place < end; place++) {
          int rank = rank(candidates.row(place), count);
          if (rank >= 0) {
            found.found(effort, place, rank);
          }
        }
      }
      found.add(effort);
    }

    private int rank(int row, int count) {
      int at = Arrays.binarySearch(ranks, 0, count, (long) row << 32);
      at = at < 0 ? ~at : at;
      return at < count && ranks[at] >>> 32 == row ? (int) ranks[at] : -1;
    }

    /// Finds the best rows of the graph for several queries, by fine codes.
    private void scan(int count) {
      float[] scores = batch.scores();
      for (int from = 0; from < fine.count(); from += BATCH) {
        int size = Math.min(BATCH, fine.count() - from);
        walk.kernel().scoreRange(fineQueries, count, fine, from, size, batch);
        for (int q = 0; q < count; q++) {
          float worst = best[q].worst();
          for (int i = 0; i < size; i++) {
            float score = scores[q * size + i];
            if (score > worst && linked.accepts(from + i)) {
              best[q].add(from + i, score);
              worst = best[q].worst();
            }
          }
        }
      }
    }

    /// Ranks the nearest rows; returns their number.
    private int truth(Candidates near) {
      for (int i = 0; i < near.size(); i++) {
        rows[i] = near.row(i);
      }
      scorer.query(vector, 0);
      scorer.scores(rows, near.size(), exact);
      truth.reset(RecallTally.DEEPEST);
      for (int i = 0; i < near.size(); i++) {
        truth.offer(rows[i], exact[i]);
      }
      truth.sort();
      for (int i = 0; i < truth.size(); i++) {
        ranks[i] = (long) truth.row(i) << 32 | i;
      }
      Arrays.sort(ranks, 0, truth.size());
      return truth.size();
    }
  }
}
