package io.pandion.index.binary;

import static io.pandion.index.SectionFile.INT;

import io.pandion.index.AcceptRows;
import io.pandion.index.SectionFile;
import io.pandion.index.TopK;
import io.pandion.index.VectorIteration;
import io.pandion.index.VectorSearch;
import java.lang.foreign.MemorySegment;

/// BIN_IVF_FLAT, searched as [BinaryListsWriter] wrote it: the lists whose middles are nearest to
/// the query, `nprobe` of them, and more while fewer than k rows are found. Where a filter lets no
/// more rows pass than those lists hold, all of them are scored.
final class BinaryLists implements BinaryIndex {
  private static final String WHAT = "BIN_IVF_FLAT index";
  private static final ThreadLocal<TopK> NEAREST = ThreadLocal.withInitial(TopK::new);

  /// In the order of rows.
  private final BinaryRows unsorted;

  /// In the order of places.
  private final BinaryRows vectors;

  private final BinaryRows middles;
  private final BinaryMetric metric;
  private final MemorySegment starts;
  private final MemorySegment numbers;

  BinaryLists(MemorySegment file, BinaryRows vectors, BinaryMetric metric) {
    MemorySegment[] sections = SectionFile.open(file, WHAT, SectionFile.BINARY_IVF, 1);
    checkShape(sections[0], vectors, metric, WHAT);
    int stride = vectors.strideBytes();
    this.middles =
        new BinaryRows(sections[1], sections[0].get(INT, 12), vectors.dimension(), stride);
    this.unsorted = vectors;
    this.vectors = new BinaryRows(sections[4], vectors.rows(), vectors.dimension(), stride);
    this.metric = metric;
    this.starts = sections[2];
    this.numbers = sections[3];
  }

  static void checkShape(
      MemorySegment shape, BinaryRows vectors, BinaryMetric metric, String what) {
    SectionFile.check(
        shape.get(INT, 0) == vectors.rows()
            && shape.get(INT, 4) == vectors.dimension()
            && shape.get(INT, 8) == metric.code,
        what,
        "was built for other vectors or another metric");
  }

  @Override
  public int rows() {
    return vectors.rows();
  }

  @Override
  public VectorIteration iterate(byte[] query, int offset, VectorSearch search) {
    return BinaryScan.iterate(unsorted, metric, query, offset, search);
  }

  @Override
  public void search(byte[] query, int offset, VectorSearch search, TopK into) {
    int probes = Math.min(BinaryIndexType.probes(search.params(), middles.rows()), middles.rows());
    AcceptRows accept = search.accept();
    if (accept != null && (long) accept.count() * middles.rows() <= (long) rows() * probes) {
      BinaryScan.search(unsorted, 0, metric, query, offset, search, into);
      return;
    }
    TopK nearest = NEAREST.get();
    nearest(probes, query, offset, nearest);
    BinaryScorer scorer = BinaryScorer.ofThread();
    scorer.turn(vectors, metric, query, offset);
    for (int i = 0; i < probes; i++) {
      list(nearest.row(i), scorer, search, into);
    }
    scorer.finish(search, into);
    if (into.full() || probes == middles.rows()) {
      return;
    }
    nearest(middles.rows(), query, offset, nearest);
    scorer.turn(vectors, metric, query, offset);
    for (int i = probes; i < middles.rows() && !into.full(); i++) {
      list(nearest.row(i), scorer, search, into);
      scorer.finish(search, into);
    }
  }

  private void nearest(int probes, byte[] query, int offset, TopK nearest) {
    nearest.reset(probes);
    BinaryScan.search(
        middles,
        0,
        metric,
        query,
        offset,
        new VectorSearch(probes, null, Float.NaN, Float.NaN, java.util.Map.of()),
        nearest);
    nearest.sort();
  }

  private void list(int list, BinaryScorer scorer, VectorSearch search, TopK into) {
    AcceptRows accept = search.accept();
    int end = starts.get(INT, 4L * (list + 1));
    for (int place = starts.get(INT, 4L * list); place < end; place++) {
      int row = numbers.get(INT, 4L * place);
      if (accept == null || accept.accepts(row)) {
        scorer.add(row, vectors.offset(place), search, into);
      }
    }
  }
}
