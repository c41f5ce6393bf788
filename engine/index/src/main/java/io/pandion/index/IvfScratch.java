package io.pandion.index;

import io.pandion.index.kernel.Rotation;
import io.pandion.index.kernel.RowQuery;
import io.pandion.index.kernel.ScanHits;
import io.pandion.index.kernel.ScanTable;
import io.pandion.index.kernel.ScoreBatch;

/// What one thread needs to search lists, kept from search to search.
final class IvfScratch {
  /// Rows that are scanned at a time, after which the threshold is looked at again.
  static final int STEP = 4096;

  /// Queries that a list of rows is scanned for at a time.
  static final int TOGETHER = 16;

  private static final ThreadLocal<IvfScratch> OF_THREAD = ThreadLocal.withInitial(IvfScratch::new);

  final ScanHits hits = new ScanHits(STEP);
  final ScoreBatch batch = new ScoreBatch(STEP);
  final RowQuery[] together = new RowQuery[TOGETHER];
  private Query[] queries = {};

  static IvfScratch ofThread() {
    return OF_THREAD.get();
  }

  /// One query on its way through the lists.
  static final class Query {
    final RowQuery coarse = new RowQuery();
    final RowQuery fine = new RowQuery();
    final RowQuery[] oneFine = {fine};
    final RowQuery[] oneCoarse = {coarse};
    final ListOrder order = new ListOrder();
    final Reservoir reservoir = new Reservoir();
    float[] centreScores = {};
    float[] ranks = {};
    float norm;
    ScanTable table = new ScanTable(4);
    private int tableCodes = 4;
    private float[] vector = {};
    private float[] partial = {};

    /// Prepares for a query, `from[offset]` and on.
    void prepare(IvfLists lists, float[] from, int offset, boolean unit) {
      int dimension = lists.centres.dimension();
      if (vector.length != Rotation.size(dimension)) {
        vector = new float[Rotation.size(dimension)];
      }
      System.arraycopy(from, offset, vector, 0, dimension);
      java.util.Arrays.fill(vector, dimension, vector.length, 0);
      if (unit) {
        normalise();
      }
      norm = (float) Math.sqrt(squares());
      lists.coarse.prepare(vector, 0, coarse);
      if (lists.rows != null) {
        lists.rowCodec.prepare(vector, 0, fine);
      } else {
        table(lists);
      }
    }

    private double squares() {
      double squares = 0;
      for (float x : vector) {
        squares += (double) x * x;
      }
      return squares;
    }

    private void normalise() {
      double squares = squares();
      double by = squares == 0 ? 0 : 1 / Math.sqrt(squares);
      for (int i = 0; i < vector.length; i++) {
        vector[i] = (float) (vector[i] * by);
      }
    }

    private void table(IvfLists lists) {
      int codes = lists.codesOfRow();
      if (tableCodes != codes) {
        table = new ScanTable(codes);
        tableCodes = codes;
        partial = new float[16 * codes];
      } else if (partial.length < 16 * codes) {
        partial = new float[16 * codes];
      }
      if (lists.quantizer != null) {
        lists.quantizer.products(vector, lists.trailers ? 2 : 1, partial);
      } else if (lists.rotation != null) {
        lists.rotation.apply(vector);
        signs(codes);
      }
      table.set(partial, codes);
    }

    /// What each choice of four signs adds.
    private void signs(int codes) {
      for (int code = 0; code < codes; code++) {
        for (int value = 0; value < 16; value++) {
          float sum = 0;
          for (int d = 0; d < 4; d++) {
            float x = vector[4 * code + d];
            sum += (value >> d & 1) == 0 ? -x : x;
          }
          partial[16 * code + value] = sum;
        }
      }
    }
  }

  /// Room for queries that are searched together.
  Query[] queries(int count) {
    if (queries.length < count) {
      int held = queries.length;
      queries = java.util.Arrays.copyOf(queries, count);
      for (int i = held; i < count; i++) {
        queries[i] = new Query();
      }
    }
    return queries;
  }
}
