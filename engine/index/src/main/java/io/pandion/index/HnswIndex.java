package io.pandion.index;

import io.pandion.index.kernel.VectorKernel;
import io.pandion.model.Metric;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// A graph over the vectors of one segment.
///
/// A walk yields nearly the nearest `width` rows, whatever filter and range say, so that the
/// accepted ones among them are the nearest accepted ones. The width is `ef` divided by the share
/// of accepted rows; it grows while too few rows are found and half of them lie within the radius.
/// Where an exact scan of the accepted rows is cheaper, or the graph is exhausted, that is what is
/// done.
final class HnswIndex implements VectorIndex {
  /// What one candidate costs in rows of an exact scan, for each of `M`: random reads cost about
  /// twice what sequential ones do, and a candidate has about M unseen neighbours.
  private static final int SCAN_ROWS = 2;

  private final HnswGraph graph;
  private final FloatRows vectors;
  private final Metric metric;
  private final float @Nullable [] inverseNorms;

  HnswIndex(MemorySegment[] sections, FloatRows vectors, Metric metric) {
    this.graph = new HnswGraph(sections);
    SectionFile.check(
        graph.isOf(vectors, metric), "HNSW index", "was built for other vectors or another metric");
    this.vectors = vectors;
    this.metric = metric;
    this.inverseNorms = metric == Metric.COSINE ? InverseNorms.of(vectors) : null;
  }

  @Override
  public int rows() {
    return graph.rows;
  }

  @Override
  public void search(float[] query, int offset, VectorSearch search, TopK into) {
    int ef = HnswParams.ef(search);
    AcceptRows accept = search.accept();
    int accepted = accept == null ? graph.rows : accept.count();
    if (accepted == 0 || search.k() == 0) {
      return;
    }
    Scratch scratch = Scratch.ofThread();
    scratch.scorer.rows(VectorKernel.chosen(), vectors, metric, inverseNorms);
    scratch.scorer.query(query, offset);
    long cost = (long) SCAN_ROWS * Math.min(graph.m, 32);
    long width = Math.ceilDiv((long) ef * graph.rows, accepted);
    while (width * cost < accepted) {
      HnswWalk.search(graph, scratch, (int) width);
      Candidates found = scratch.candidates;
      boolean beyond = found.full() && found.score(found.size() / 2) <= search.radius();
      if (beyond || enough(found, search)) {
        offer(found, search, into);
        return;
      }
      if (!found.full()) {
        break;
      }
      width *= 4;
    }
    FlatScan.scan(scratch, graph.rows, 0, search, into);
  }

  private boolean enough(Candidates found, VectorSearch search) {
    int count = 0;
    for (int i = 0; i < found.size() && count < search.k(); i++) {
      if (search.inRange(found.score(i))) {
        for (int row = found.row(i); row >= 0 && count < search.k(); row = graph.twin(row)) {
          count += accepts(search, row) ? 1 : 0;
        }
      }
    }
    return count >= search.k();
  }

  private void offer(Candidates found, VectorSearch search, TopK into) {
    for (int i = 0; i < found.size(); i++) {
      float score = found.score(i);
      if (score < into.threshold()) {
        return;
      }
      if (search.inRange(score)) {
        for (int row = found.row(i); row >= 0; row = graph.twin(row)) {
          if (accepts(search, row)) {
            into.offer(row, score);
          }
        }
      }
    }
  }

  private static boolean accepts(VectorSearch search, int row) {
    AcceptRows accept = search.accept();
    return accept == null || (row < accept.rows() && accept.accepts(row));
  }
}
