package io.pandion.index;

import io.pandion.index.kernel.BlockScan;
import io.pandion.index.kernel.Rows;
import io.pandion.index.kernel.VectorKernel;
import io.pandion.model.Metric;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Inverted lists, searched as [IvfWriter] wrote them: the `nprobe` lists whose centres are nearest
/// are scanned by codes, and the exact scores of the best rows of the scan decide. While fewer than
/// k rows are found, further lists are scanned.
///
/// - Where a filter lets few rows pass, more lists are scanned; where it lets very few pass, their
///   exact scores are cheaper than any scan.
/// - Where a search has an upper bound ([VectorSearch#rangeFilter]), all rows of the lists are
///   scored exactly, because the best by codes may all be out of range.
/// - Several queries at once read each list once.
final class IvfIndex implements VectorIndex {
  /// What a filtered search costs, in rows scanned without a filter: a row scanned, and asking
  /// whether a row passes. Measured.
  private static final double SCANNED = 2.5;

  private static final double ASKED = 5;

  /// The share of rows below which a filter makes the nearest rows lie in further lists.
  private static final double RARE = 0.1;

  /// How many times k rows that pass lie in the lists that are scanned, at least.
  private static final double ENOUGH = 6;

  /// The part of a list's spread that is reckoned to point to the query; measured on real vectors.
  private static final float TOWARDS = 0.5f;

  private final IvfLists lists;
  private final FloatRows vectors;
  private final Metric metric;
  private final float @Nullable [] inverseNorms;

  IvfIndex(IvfLists lists, FloatRows vectors, Metric metric) {
    this.lists = lists;
    this.vectors = vectors;
    this.metric = metric;
    this.inverseNorms = metric == Metric.COSINE ? InverseNorms.of(vectors) : null;
  }

  @Override
  public int rows() {
    return vectors.rows();
  }

  @Override
  public void search(float[] query, int offset, VectorSearch search, TopK into) {
    IvfParams.Search wanted = wanted(search);
    if (search.k() == 0) {
      return;
    }
    int probes = wanted.probes();
    Scratch scratch = Scratch.ofThread();
    turn(scratch, query, offset);
    if (fewPass(search.accept(), probes, wanted.reorder())) {
      FlatScan.scan(scratch, vectors.rows(), 0, search, into);
      return;
    }
    IvfScratch own = IvfScratch.ofThread();
    IvfScratch.Query q = own.queries(1)[0];
    q.prepare(lists, query, offset, metric == Metric.COSINE);
    centres(own, q);
    q.reservoir.reset(wanted.reorder());
    order(q, probes);
    scan(own, scratch, q, 0, probes, search, into);
    rest(own, scratch, q, probes, wanted, search, into);
  }

  @Override
  public void searchAll(float[][] queries, VectorSearch search, TopK[] into) {
    IvfParams.Search wanted = wanted(search);
    int probes = wanted.probes();
    boolean alone =
        queries.length == 1
            || search.k() == 0
            || !Float.isNaN(search.rangeFilter())
            || fewPass(search.accept(), probes, wanted.reorder());
    if (alone) {
      for (int i = 0; i < queries.length; i++) {
        search(queries[i], 0, search, into[i]);
      }
      return;
    }
    IvfScratch own = IvfScratch.ofThread();
    Scratch scratch = Scratch.ofThread();
    IvfScratch.Query[] all = own.queries(queries.length);
    for (int i = 0; i < queries.length; i++) {
      all[i].prepare(lists, queries[i], 0, metric == Metric.COSINE);
      centres(own, all[i]);
      all[i].reservoir.reset(wanted.reorder());
      order(all[i], probes);
    }
    together(own, all, queries.length, probes, search);
    for (int i = 0; i < queries.length; i++) {
      turn(scratch, queries[i], 0);
      reorder(scratch, all[i], search, into[i]);
      rest(own, scratch, all[i], probes, wanted, search, into[i]);
    }
  }

  @Override
  public VectorIteration iterate(float[] query, int offset, VectorSearch search) {
    IvfParams.Search wanted = wanted(search);
    float[] own = Arrays.copyOfRange(query, offset, offset + vectors.dimension());
    if (fewPass(search.accept(), wanted.probes(), wanted.reorder())) {
      return new ExactIteration(
          search,
          rows(),
          (wider, into) -> {
            Scratch scratch = Scratch.ofThread();
            turn(scratch, own, 0);
            FlatScan.scan(scratch, vectors.rows(), 0, wider, into);
          });
    }
    return new IvfIteration(this, lists, own, metric == Metric.COSINE, search, wanted);
  }

  /// The exact scores of some rows, which are the thread's until its next search.
  float[] scores(float[] query, int[] rows, int count) {
    Scratch scratch = Scratch.ofThread();
    turn(scratch, query, 0);
    float[] out = scratch.scores(count);
    scratch.scorer.scores(rows, count, out);
    return out;
  }

  private IvfParams.Search wanted(VectorSearch search) {
    AcceptRows accept = search.accept();
    double target = IvfParams.Search.targetRecall(search.params());
    if (target > 0) {
      // the nearest k of the accepted rows are among the nearest k / share of all
      double more = accept == null ? 1 : (double) rows() / Math.max(1, accept.count());
      double depth = more * search.k();
      return IvfParams.Search.of(
          lists.coding, lists.curve, target, depth, search.k(), lists.count());
    }
    IvfParams.Search said =
        IvfParams.Search.of(lists.coding, search.params(), search.k(), lists.count());
    return new IvfParams.Search(probes(said, search), said.reorder());
  }

  private void turn(Scratch scratch, float[] query, int offset) {
    scratch.scorer.rows(VectorKernel.chosen(), vectors, metric, inverseNorms);
    scratch.scorer.query(query, offset);
  }

  /// Lists to scan: more than asked for where few rows pass, so that some times k of them are in
  /// the lists.
  private int probes(IvfParams.Search wanted, VectorSearch search) {
    AcceptRows accept = search.accept();
    double probes = wanted.probes();
    if (accept != null) {
      double passing = Math.max(1, accept.count());
      if (passing < RARE * vectors.rows()) {
        probes *= Math.sqrt(RARE * vectors.rows() / passing);
      }
      probes = Math.max(probes, Math.ceil(ENOUGH * search.k() * lists.count() / passing));
    }
    return (int) Math.min(Math.ceil(probes), lists.count());
  }

  /// Whether the exact scores of all rows that pass cost less than a scan, which asks of each row
  /// that is among the best so far whether it passes.
  private boolean fewPass(@Nullable AcceptRows accept, int probes, int reorder) {
    if (accept == null) {
      return false;
    }
    double scanned = (double) vectors.rows() * probes / lists.count();
    double asked = (double) reorder * vectors.rows() / Math.max(1, accept.count());
    double exact = exactCost(lists.coding);
    double scan = SCANNED * scanned + ASKED * Math.min(scanned, asked) + exact * reorder;
    return exact * accept.count() <= scan;
  }

  /// What the exact score of a row costs, in rows scanned. Measured.
  static double exactCost(IvfParams.Coding coding) {
    return switch (coding) {
      case FLAT -> 2;
      case SQ8 -> 5;
      case PQ, RABITQ -> 20;
    };
  }

  /// Scores all centres.
  void centres(IvfScratch own, IvfScratch.Query q) {
    int count = lists.count();
    if (q.centreScores.length < count) {
      q.centreScores = new float[count];
    }
    for (int from = 0; from < count; from += IvfScratch.STEP) {
      int size = Math.min(IvfScratch.STEP, count - from);
      VectorKernel.chosen().scoreRange(q.oneCoarse, 1, lists.centres, from, size, own.batch);
      System.arraycopy(own.batch.scores(), 0, q.centreScores, from, size);
    }
  }

  /// Puts the lists first in which the best rows are likely: those whose centres are near, and more
  /// so the further their rows spread. A row at *s* from its centre is nearer to the query than the
  /// centre by the part of *s* that points there; of many rows the best point there by about half.
  void order(IvfScratch.Query q, int probes) {
    int count = lists.count();
    if (q.ranks.length < count) {
      q.ranks = new float[count];
    }
    float[] spreads = lists.spreads;
    for (int list = 0; list < count; list++) {
      float score = q.centreScores[list];
      float spread = spreads[list];
      q.ranks[list] =
          metric == Metric.L2
              ? score
                  - spread * spread
                  + 2 * TOWARDS * (float) Math.sqrt(Math.max(0, -score)) * spread
              : score + TOWARDS * q.norm * spread;
    }
    q.order.choose(q.ranks, count, probes);
  }

  /// Scans the lists `from` to `to` of the order and adds their best rows.
  private void scan(
      IvfScratch own,
      Scratch scratch,
      IvfScratch.Query q,
      int from,
      int to,
      VectorSearch search,
      TopK into) {
    if (!Float.isNaN(search.rangeFilter())) {
      for (int i = from; i < to; i++) {
        exactly(scratch, q.order.list(i), search, into);
      }
      return;
    }
    for (int i = from; i < to; i++) {
      list(own, q, q.order.list(i), search.accept());
    }
    reorder(scratch, q, search, into);
  }

  /// Scans further lists while fewer than k rows are found.
  private void rest(
      IvfScratch own,
      Scratch scratch,
      IvfScratch.Query q,
      int probed,
      IvfParams.Search wanted,
      VectorSearch search,
      TopK into) {
    int done = probed;
    if (into.full() || done == lists.count()) {
      return;
    }
    order(q, lists.count());
    while (!into.full() && done < lists.count()) {
      int next = (int) Math.min(lists.count(), 2L * done);
      q.reservoir.reset(wanted.reorder());
      scan(own, scratch, q, done, next, search, into);
      done = next;
    }
  }

  /// Scans the lists of several queries, each list once: first the nearest list of every query,
  /// which gives good thresholds, then all others.
  private void together(
      IvfScratch own, IvfScratch.Query[] all, int count, int probes, VectorSearch search) {
    int first = Math.min(2, probes);
    for (int[] part : new int[][] {{0, first}, {first, probes}}) {
      int width = part[1] - part[0];
      int[] ofPair = new int[count * width];
      for (int i = 0; i < ofPair.length; i++) {
        ofPair[i] = all[i / width].order.list(part[0] + i % width);
      }
      int[] starts = new int[lists.count() + 1];
      int[] pairs = KMeans.grouped(ofPair, starts);
      for (int list = 0; list < lists.count(); list++) {
        if (lists.rows != null) {
          rows(own, all, pairs, width, starts[list], starts[list + 1], list, search.accept());
          continue;
        }
        for (int i = starts[list]; i < starts[list + 1]; i++) {
          list(own, all[pairs[i] / width], list, search.accept());
        }
      }
    }
  }

  /// Scans a list of rows for the queries of some pairs, each row read once for several of them.
  private void rows(
      IvfScratch own,
      IvfScratch.Query[] all,
      int[] pairs,
      int width,
      int first,
      int last,
      int list,
      @Nullable AcceptRows accept) {
    Rows rows = Objects.requireNonNull(lists.rows);
    float[] scores = own.batch.scores();
    int step = IvfScratch.STEP / IvfScratch.TOGETHER;
    for (int pair = first; pair < last; pair += IvfScratch.TOGETHER) {
      int count = Math.min(IvfScratch.TOGETHER, last - pair);
      for (int q = 0; q < count; q++) {
        own.together[q] = all[pairs[pair + q] / width].fine;
      }
      for (int from = lists.start(list); from < lists.start(list + 1); from += step) {
        int size = Math.min(step, lists.start(list + 1) - from);
        VectorKernel.chosen().scoreRange(own.together, count, rows, from, size, own.batch);
        for (int q = 0; q < count; q++) {
          IvfScratch.Query query = all[pairs[pair + q] / width];
          for (int i = 0; i < size; i++) {
            if (scores[q * size + i] > query.reservoir.threshold()) {
              keep(query, from + i, scores[q * size + i], accept);
            }
          }
        }
      }
    }
  }

  /// Scans a list by codes into the reservoir.
  void list(IvfScratch own, IvfScratch.Query q, int list, @Nullable AcceptRows accept) {
    int start = lists.start(list);
    int end = lists.start(list + 1);
    float add = q.centreScores[list];
    long block = BlockScan.blockBytes(BlockScan.groups(lists.codesOfRow()), lists.trailers);
    for (int from = start; from < end; from += IvfScratch.STEP) {
      int count = Math.min(IvfScratch.STEP, end - from);
      if (lists.rows != null) {
        VectorKernel.chosen().scoreRange(q.oneFine, 1, lists.rows, from, count, own.batch);
        float[] scores = own.batch.scores();
        for (int i = 0; i < count; i++) {
          if (scores[i] > q.reservoir.threshold()) {
            keep(q, from + i, scores[i], accept);
          }
        }
        continue;
      }
      long at = lists.blockStart(list) + (from - start) / BlockScan.ROWS * block;
      int hits =
          BlockScan.chosen()
              .scan(
                  q.table,
                  lists.codes,
                  at,
                  count,
                  lists.trailers,
                  add,
                  q.reservoir.threshold(),
                  own.hits);
      int[] places = own.hits.places();
      float[] scores = own.hits.scores();
      for (int i = 0; i < hits; i++) {
        if (scores[i] > q.reservoir.threshold()) {
          keep(q, from + places[i], scores[i], accept);
        }
      }
    }
  }

  private void keep(IvfScratch.Query q, int place, float score, @Nullable AcceptRows accept) {
    if (accept == null || accept.accepts(lists.number(place))) {
      q.reservoir.add(place, score);
    }
  }

  /// Offers the exact scores of the rows in the reservoir.
  private void reorder(Scratch scratch, IvfScratch.Query q, VectorSearch search, TopK into) {
    q.reservoir.cut();
    int[] ids = scratch.ids(FlatScan.BATCH);
    int count = 0;
    for (int i = 0; i < q.reservoir.size(); i++) {
      ids[count++] = lists.number(q.reservoir.place(i));
      if (count == FlatScan.BATCH) {
        FlatScan.offer(scratch, count, 0, search, into);
        count = 0;
      }
    }
    FlatScan.offer(scratch, count, 0, search, into);
  }

  /// Offers the exact scores of all rows of a list.
  private void exactly(Scratch scratch, int list, VectorSearch search, TopK into) {
    AcceptRows accept = search.accept();
    int[] ids = scratch.ids(FlatScan.BATCH);
    int count = 0;
    for (int place = lists.start(list); place < lists.start(list + 1); place++) {
      int row = lists.number(place);
      if (accept == null || accept.accepts(row)) {
        ids[count++] = row;
      }
      if (count == FlatScan.BATCH) {
        FlatScan.offer(scratch, count, 0, search, into);
        count = 0;
      }
    }
    FlatScan.offer(scratch, count, 0, search, into);
  }
}
