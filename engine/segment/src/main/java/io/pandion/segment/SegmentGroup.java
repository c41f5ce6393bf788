package io.pandion.segment;

import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.QueryPlan;
import io.pandion.model.QueryResult;
import io.pandion.model.ResultMerger;
import io.pandion.model.SearchPlan;
import io.pandion.model.SearchResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads several segments of one shard as one: merges their hits, then fetches the output fields of
/// the winners only.
public final class SegmentGroup {
  /// Stands for the row's place while hits are merged: segment number and row, packed.
  private static final long PLACE = Long.MIN_VALUE;

  private final CollectionSchema schema;

  public SegmentGroup(CollectionSchema schema) {
    this.schema = schema;
  }

  /// @param segments pinned by the caller until the call returns
  public SearchResult search(List<? extends Segment> segments, SearchPlan plan, long readAt) {
    List<SearchResult> parts = new ArrayList<>(segments.size() + 1);
    for (int s = 0; s < segments.size(); s++) {
      parts.add(places(segments.get(s).search(plan, readAt), s, readAt));
    }
    if (parts.isEmpty()) {
      parts.add(nothing(plan.queries().count(), readAt));
    }
    SearchResult merged = ResultMerger.searches(parts, plan.k());
    Column.Longs winners = (Column.Longs) column(merged.fields());
    return new SearchResult(
        merged.from(),
        merged.scores(),
        merged.keys(),
        fetch(segments, winners, plan.outputFields()),
        readAt);
  }

  /// @param segments pinned by the caller until the call returns
  public QueryResult query(List<? extends Segment> segments, QueryPlan plan, long readAt) {
    if (plan.countOnly()) {
      long count = 0;
      for (Segment segment : segments) {
        count += segment.count(plan, readAt);
      }
      return new QueryResult(count, noKeys(), Map.of(), readAt);
    }
    List<QueryResult> parts = new ArrayList<>(segments.size() + 1);
    for (int s = 0; s < segments.size(); s++) {
      SegmentMatches matches = segments.get(s).query(plan, readAt);
      long[] places = new long[matches.size()];
      for (int i = 0; i < places.length; i++) {
        places[i] = place(s, matches.rows()[i]);
      }
      parts.add(
          new QueryResult(
              places.length, matches.keys(), Map.of(PLACE, Column.Longs.of(places)), readAt));
    }
    if (parts.isEmpty()) {
      parts.add(new QueryResult(0, noKeys(), Map.of(PLACE, Column.Longs.of()), readAt));
    }
    QueryResult merged = ResultMerger.queries(parts, plan.limit(), false);
    Column.Longs winners = (Column.Longs) column(merged.fields());
    return new QueryResult(
        merged.count(), merged.keys(), fetch(segments, winners, plan.outputFields()), readAt);
  }

  private SearchResult places(SegmentHits hits, int segment, long readAt) {
    int queries = hits.queries();
    int[] from = new int[queries + 1];
    for (int q = 0; q <= queries; q++) {
      from[q] = hits.from(q);
    }
    int count = from[queries];
    float[] scores = new float[count];
    long[] places = new long[count];
    for (int i = 0; i < count; i++) {
      scores[i] = hits.score(i);
      places[i] = place(segment, hits.row(i));
    }
    return new SearchResult(
        from, scores, hits.keys(), Map.of(PLACE, Column.Longs.of(places)), readAt);
  }

  private SearchResult nothing(int queries, long readAt) {
    return new SearchResult(
        new int[queries + 1], new float[0], noKeys(), Map.of(PLACE, Column.Longs.of()), readAt);
  }

  private Column noKeys() {
    return ColumnBuilder.of(schema.primaryKey()).build();
  }

  /// The fields of rows given by their places, each segment asked once a field.
  private Map<Long, Column> fetch(
      List<? extends Segment> segments, Column.Longs places, List<Long> fields) {
    int count = places.size();
    int[][] rows = new int[segments.size()][count];
    int[] counts = new int[segments.size()];
    int[] nth = new int[count];
    for (int i = 0; i < count; i++) {
      int segment = (int) (places.get(i) >>> 32);
      nth[i] = counts[segment];
      rows[segment][counts[segment]++] = (int) places.get(i);
    }
    Map<Long, Column> out = new LinkedHashMap<>();
    for (long field : fields) {
      Column[] parts = new Column[segments.size()];
      ColumnBuilder builder = ColumnBuilder.of(schema.field(field));
      for (int i = 0; i < count; i++) {
        int segment = (int) (places.get(i) >>> 32);
        if (parts[segment] == null) {
          parts[segment] = segments.get(segment).fetch(field, rows[segment], counts[segment]);
        }
        builder.addFrom(parts[segment], nth[i]);
      }
      out.put(field, builder.build());
    }
    return out;
  }

  private static long place(int segment, int row) {
    return ((long) segment << 32) | row;
  }

  private static Column column(Map<Long, Column> fields) {
    return java.util.Objects.requireNonNull(fields.get(PLACE));
  }
}
