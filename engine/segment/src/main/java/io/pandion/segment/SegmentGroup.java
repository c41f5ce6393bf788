package io.pandion.segment;

import io.pandion.model.AnswerSize;
import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.QueryPlan;
import io.pandion.model.QueryResult;
import io.pandion.model.ResultMerger;
import io.pandion.model.SearchPlan;
import io.pandion.model.SearchResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/// Reads several segments of one shard as one: merges their hits, then fetches the output fields of
/// the winners only. An answer larger than [AnswerSize#MAX_BYTES] is refused while it is gathered.
public final class SegmentGroup {
  /// Stands for the row's place while hits are merged: segment number and row, packed.
  private static final long PLACE = Long.MIN_VALUE;

  /// Runs tasks and returns their results in order.
  public interface Runner {
    <T> List<T> all(List<Supplier<T>> tasks);

    /// How many tasks may run at a time.
    int threads();
  }

  /// Runs the tasks one after the other on the calling thread.
  private static final class InTurn implements Runner {
    @Override
    public <T> List<T> all(List<Supplier<T>> tasks) {
      return tasks.stream().map(Supplier::get).toList();
    }

    @Override
    public int threads() {
      return 1;
    }
  }

  private final CollectionSchema schema;
  private final Runner runner;

  public SegmentGroup(CollectionSchema schema) {
    this(schema, new InTurn());
  }

  /// @param runner spreads the work over threads
  public SegmentGroup(CollectionSchema schema, Runner runner) {
    this.schema = schema;
    this.runner = runner;
  }

  /// @param segments pinned by the caller until the call returns
  public SearchResult search(List<? extends Segment> segments, SearchPlan plan, long readAt) {
    List<SearchResult> parts = new ArrayList<>(segments.size() + 1);
    List<SegmentSearch> searches = searched(segments, plan, readAt);
    for (int s = 0; s < segments.size(); s++) {
      parts.add(places(searches.get(s).hits(), segments.get(s), s, readAt));
    }
    if (parts.isEmpty()) {
      parts.add(nothing(plan.queries().count(), readAt));
    }
    SearchResult merged = ResultMerger.searches(parts, plan.k());
    Column.Longs winners = (Column.Longs) column(merged.fields());
    AnswerSize size = new AnswerSize("search");
    size.add(merged.keys().bytes());
    return new SearchResult(
        merged.from(),
        merged.scores(),
        merged.keys(),
        fetch(segments, winners, plan.outputFields(), size),
        readAt,
        merged.ticks());
  }

  /// Searches all segments, each for some of the queries at a time.
  private List<SegmentSearch> searched(
      List<? extends Segment> segments, SearchPlan plan, long readAt) {
    int queries = plan.queries().count();
    List<SegmentSearch> searches = new ArrayList<>(segments.size());
    List<Supplier<Integer>> tasks = new ArrayList<>(segments.size());
    for (Segment segment : segments) {
      SegmentSearch search = segment.begin(plan, readAt);
      searches.add(search);
      int parts = QueryParts.count(queries, search.together(), segments.size(), runner.threads());
      for (int part = 0; part < parts; part++) {
        int from = QueryParts.first(part, parts, queries);
        int to = QueryParts.first(part + 1, parts, queries);
        tasks.add(() -> search.run(from, to));
      }
    }
    List<Integer> _ = runner.all(tasks);
    return searches;
  }

  private <T> List<T> each(List<? extends Segment> segments, Function<Segment, T> read) {
    List<Supplier<T>> tasks = new ArrayList<>(segments.size());
    for (Segment segment : segments) {
      tasks.add(() -> read.apply(segment));
    }
    return runner.all(tasks);
  }

  /// @param segments pinned by the caller until the call returns
  public QueryResult query(List<? extends Segment> segments, QueryPlan plan, long readAt) {
    if (plan.countOnly()) {
      long count =
          each(segments, segment -> segment.count(plan, readAt)).stream()
              .mapToLong(Long::longValue)
              .sum();
      return new QueryResult(count, noKeys(), Map.of(), readAt);
    }
    List<QueryResult> parts = new ArrayList<>(segments.size() + 1);
    List<SegmentMatches> found = each(segments, segment -> segment.query(plan, readAt));
    for (int s = 0; s < segments.size(); s++) {
      SegmentMatches matches = found.get(s);
      long[] places = new long[matches.size()];
      long[] ticks = new long[places.length];
      for (int i = 0; i < places.length; i++) {
        places[i] = place(s, matches.rows()[i]);
        ticks[i] = segments.get(s).tick(matches.rows()[i]);
      }
      parts.add(
          new QueryResult(
              places.length,
              matches.keys(),
              Map.of(PLACE, Column.Longs.of(places)),
              readAt,
              ticks));
    }
    if (parts.isEmpty()) {
      parts.add(new QueryResult(0, noKeys(), Map.of(PLACE, Column.Longs.of()), readAt));
    }
    QueryResult merged = ResultMerger.queries(parts, plan.limit(), false);
    Column.Longs winners = (Column.Longs) column(merged.fields());
    AnswerSize size = new AnswerSize("query");
    size.add(merged.keys().bytes());
    return new QueryResult(
        merged.count(),
        merged.keys(),
        fetch(segments, winners, plan.outputFields(), size),
        readAt,
        merged.ticks());
  }

  private SearchResult places(SegmentHits hits, Segment of, int segment, long readAt) {
    int queries = hits.queries();
    int[] from = new int[queries + 1];
    for (int q = 0; q <= queries; q++) {
      from[q] = hits.from(q);
    }
    int count = from[queries];
    float[] scores = new float[count];
    long[] places = new long[count];
    long[] ticks = new long[count];
    for (int i = 0; i < count; i++) {
      ticks[i] = of.tick(hits.row(i));
      scores[i] = hits.score(i);
      places[i] = place(segment, hits.row(i));
    }
    return new SearchResult(
        from, scores, hits.keys(), Map.of(PLACE, Column.Longs.of(places)), readAt, ticks);
  }

  private SearchResult nothing(int queries, long readAt) {
    return new SearchResult(
        new int[queries + 1], new float[0], noKeys(), Map.of(PLACE, Column.Longs.of()), readAt);
  }

  private Column noKeys() {
    return ColumnBuilder.of(schema.primaryKey()).build();
  }

  /// The fields of rows given by their places, gathered some rows at a time.
  private Map<Long, Column> fetch(
      List<? extends Segment> segments, Column.Longs places, List<Long> fields, AnswerSize size) {
    int count = places.size();
    int[] counts = new int[segments.size()];
    for (int i = 0; i < count; i++) {
      counts[segment(places.get(i))]++;
    }
    int[][] rows = new int[counts.length][];
    Arrays.setAll(rows, segment -> new int[counts[segment]]);
    Arrays.fill(counts, 0);
    for (int i = 0; i < count; i++) {
      int segment = segment(places.get(i));
      rows[segment][counts[segment]++] = (int) places.get(i);
    }
    Map<Long, Column> out = new LinkedHashMap<>();
    for (long field : fields) {
      RowFeed[] feeds = new RowFeed[rows.length];
      Arrays.setAll(feeds, s -> new RowFeed(segments.get(s), field, rows[s], size));
      ColumnBuilder builder = ColumnBuilder.of(schema.field(field));
      for (int i = 0; i < count; i++) {
        feeds[segment(places.get(i))].next(builder);
      }
      out.put(field, builder.build());
    }
    return out;
  }

  private static int segment(long place) {
    return (int) (place >>> 32);
  }

  private static long place(int segment, int row) {
    return ((long) segment << 32) | row;
  }

  private static Column column(Map<Long, Column> fields) {
    return java.util.Objects.requireNonNull(fields.get(PLACE));
  }
}
