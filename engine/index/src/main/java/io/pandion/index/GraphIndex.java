package io.pandion.index;

import io.pandion.index.kernel.RowCodec;
import io.pandion.index.kernel.RowQuery;
import io.pandion.index.kernel.Rows;
import io.pandion.index.kernel.ScoreBatch;
import io.pandion.index.kernel.VectorKernel;
import io.pandion.model.Metric;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A graph with codes over the vectors of one segment. Where [GraphSearch] finds too few rows or
/// would take longer, the accepted rows are scanned: their codes, or their floats where those are
/// few or a range is asked for.
final class GraphIndex implements VectorIndex {
  private static final int BATCH = 64;

  private final VectorRows vectors;
  private final Metric metric;
  private final float @Nullable [] inverseNorms;
  private final Rows codes;
  private final RowCodec codec;
  private final GraphSearch graph;
  private final @Nullable RecallCurve curve;
  private final GraphParams defaults;

  GraphIndex(GraphFile file, VectorRows vectors, Metric metric, GraphParams defaults) {
    this.vectors = vectors;
    this.metric = metric;
    this.inverseNorms = metric == Metric.COSINE ? InverseNorms.of(vectors) : null;
    this.codes = file.codes();
    this.codec = file.codec();
    this.curve = file.curve();
    this.defaults = defaults;
    MemorySegment twins = file.twins();
    this.graph =
        new GraphSearch(
            new GraphWalk(VectorKernel.chosen(), file.graph(), codes),
            codec,
            this::exact,
            row -> twins.get(SectionFile.INT, 4L * row),
            file.ranking());
  }

  @Override
  public int rows() {
    return vectors.rows();
  }

  private void exact(float[] query, int offset, int[] rows, int count, float[] out) {
    Scorer scorer = Scratch.ofThread().scorer;
    scorer.rows(VectorKernel.chosen(), vectors, metric, inverseNorms);
    scorer.query(query, offset);
    scorer.scores(rows, count, out);
  }

  @Override
  public void search(float[] query, int offset, VectorSearch search, TopK into) {
    double target = defaults.targetRecall(search.params());
    int rows = vectors.rows();
    AcceptRows accept = search.accept();
    int accepted = accept == null ? rows : accept.count();
    int wanted = wanted(search, target);
    long width = width(search, accepted, target);
    if (accepted == 0
        || search.k() == 0
        || graph.search(query, offset, width, wanted, search, rows, into)) {
      return;
    }
    if (wanted < accepted / 4) {
      scan(query, offset, search, wanted, into);
    } else {
      FlatScan.search(
          VectorKernel.chosen(), vectors, 0, inverseNorms, metric, query, offset, search, into);
    }
  }

  @Override
  public VectorIteration iterate(float[] query, int offset, VectorSearch search) {
    double target = defaults.targetRecall(search.params());
    AcceptRows accept = search.accept();
    int accepted = accept == null ? rows() : accept.count();
    long width = width(search, accepted, target);
    float[] own = Arrays.copyOfRange(query, offset, offset + vectors.dimension());
    return new GraphIteration(
        graph,
        own,
        search,
        width,
        rows(),
        left ->
            new ExactIteration(
                search.among(left),
                rows(),
                (wider, into) ->
                    FlatScan.search(
                        graph.kernel(), vectors, 0, inverseNorms, metric, own, 0, wider, into)));
  }

  /// The width of the first walk: `ef`, or what reaches a recall. The nearest k of the accepted
  /// rows are among the nearest *k / share* of all, and are found as those are. Where nothing was
  /// measured, none is wide enough.
  private long width(VectorSearch search, int accepted, double target) {
    if (target == 0) {
      return GraphSearch.width(defaults.ef(search.params(), search.k()), search, rows());
    }
    if (curve == null) {
      return RecallCurve.UNREACHED;
    }
    double depth = (double) search.k() * vectors.rows() / Math.max(1, accepted);
    return Math.max(curve.effort(depth, target), (long) Math.ceil(1.5 * depth));
  }

  private int wanted(VectorSearch search, double target) {
    int usual = graph.refineRows(search);
    if (target == 0 || search.ranged()) {
      return usual;
    }
    int measured = curve == null ? RecallCurve.UNREACHED : curve.reorder(search.k(), target);
    return measured == RecallCurve.UNREACHED ? 4 * usual : Math.max(search.k(), measured);
  }

  /// Finds the best of all accepted rows by their codes and scores those by their floats.
  private void scan(float[] query, int offset, VectorSearch search, int wanted, TopK into) {
    GraphScratch scratch = GraphScratch.ofThread();
    codec.prepare(query, offset, scratch.query);
    scratch.candidates.reset(wanted);
    AcceptRows accept = search.accept();
    if (accept == null) {
      scanAll(scratch);
    } else {
      scanAccepted(accept, scratch);
    }
    Refined refined = scratch.refined;
    refined.clear();
    for (int i = 0; i < scratch.candidates.size(); i++) {
      refined.add(scratch.candidates.row(i));
    }
    graph.rank(query, offset, search, scratch);
    refined.offer(search, into);
  }

  private void scanAll(GraphScratch scratch) {
    ScoreBatch batch = scratch.batch(BATCH);
    RowQuery[] queries = scratch.queries();
    for (int from = 0; from < codes.count(); from += BATCH) {
      int count = Math.min(BATCH, codes.count() - from);
      graph.kernel().scoreRange(queries, 1, codes, from, count, batch);
      for (int i = 0; i < count; i++) {
        scratch.candidates.add(from + i, batch.scores()[i]);
      }
    }
  }

  private void scanAccepted(AcceptRows accept, GraphScratch scratch) {
    ScoreBatch batch = scratch.batch(BATCH);
    batch.readsNext(0);
    int[] ids = batch.ids();
    long[] words = accept.words();
    int count = 0;
    int end = Math.min(accept.rows(), codes.count());
    for (int first = 0; first < end; first += 64) {
      for (long word = words[first >>> 6]; word != 0; word &= word - 1) {
        int row = first + Long.numberOfTrailingZeros(word);
        if (row < end) {
          ids[count++] = row;
        }
        if (count == BATCH) {
          add(scratch, batch, count);
          count = 0;
        }
      }
    }
    add(scratch, batch, count);
  }

  private void add(GraphScratch scratch, ScoreBatch batch, int count) {
    graph.kernel().score(scratch.query, codes, batch, count);
    float[] scores = batch.scores();
    float worst = scratch.candidates.worst();
    for (int i = 0; i < count; i++) {
      if (scores[i] > worst) {
        scratch.candidates.add(batch.ids()[i], scores[i]);
        worst = scratch.candidates.worst();
      }
    }
  }
}
