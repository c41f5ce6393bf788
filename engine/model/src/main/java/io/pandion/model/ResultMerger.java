package io.pandion.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/// Merges sorted answers: of segments in a node, of nodes in a delegator, of shards in the proxy.
public final class ResultMerger {
  private ResultMerger() {}

  /// One head of a sorted run.
  private static final class Cursor {
    final int source;
    int at;
    final int end;

    Cursor(int source, int at, int end) {
      this.source = source;
      this.at = at;
      this.end = end;
    }
  }

  /// The best `k` hits of each query, each primary key once: its newest row where all parts know
  /// ticks, else its best score. Equal scores are in order of the key.
  ///
  /// @param parts at least one, all of the same queries and fields
  public static SearchResult searches(List<SearchResult> parts, int k) {
    if (parts.size() == 1 && longest(parts.getFirst()) <= k) {
      return parts.getFirst();
    }
    int queries = parts.getFirst().queries();
    int[] from = new int[queries + 1];
    List<int[]> picks = new ArrayList<>();
    Set<Object> seen = new HashSet<>();
    boolean ticks = parts.stream().allMatch(p -> p.ticks().length == p.scores().length);
    for (int q = 0; q < queries; q++) {
      seen.clear();
      Map<Object, Long> newest = ticks ? newest(parts, q) : Map.of();
      PriorityQueue<Cursor> heads = new PriorityQueue<>((a, b) -> compareHits(parts, a, b));
      for (int s = 0; s < parts.size(); s++) {
        offer(heads, new Cursor(s, parts.get(s).from()[q], parts.get(s).from()[q + 1]));
      }
      int taken = 0;
      for (Cursor head = heads.poll(); head != null && taken < k; head = heads.poll()) {
        SearchResult part = parts.get(head.source);
        Object key = Keys.of(part.keys(), head.at);
        if ((!ticks || part.ticks()[head.at] == newest.getOrDefault(key, 0L)) && seen.add(key)) {
          picks.add(new int[] {head.source, head.at});
          taken++;
        }
        head.at++;
        offer(heads, head);
      }
      from[q + 1] = picks.size();
    }
    float[] scores = new float[picks.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = parts.get(picks.get(i)[0]).scores()[picks.get(i)[1]];
    }
    long readAt = parts.stream().mapToLong(SearchResult::readAt).min().orElseThrow();
    return new SearchResult(
        from,
        scores,
        gather(parts.stream().map(SearchResult::keys).toList(), picks),
        gatherAll(parts.stream().map(SearchResult::fields).toList(), picks),
        readAt,
        ticks ? gatherTicks(parts.stream().map(SearchResult::ticks).toList(), picks) : new long[0]);
  }

  /// The tick of the newest row of each key among the hits of a query.
  private static Map<Object, Long> newest(List<SearchResult> parts, int query) {
    Map<Object, Long> out = new HashMap<>();
    for (SearchResult part : parts) {
      for (int i = part.from()[query]; i < part.from()[query + 1]; i++) {
        out.merge(Keys.of(part.keys(), i), part.ticks()[i], Math::max);
      }
    }
    return out;
  }

  /// The first `limit` rows in order of the primary key, each key once (its newest row, where all
  /// parts know ticks); counts are added up.
  ///
  /// @param limit -1 = all
  public static QueryResult queries(List<QueryResult> parts, long limit, boolean countOnly) {
    if (parts.size() == 1) {
      return parts.getFirst();
    }
    long readAt = parts.stream().mapToLong(QueryResult::readAt).min().orElseThrow();
    if (countOnly) {
      long count = parts.stream().mapToLong(QueryResult::count).sum();
      return new QueryResult(count, parts.getFirst().keys(), Map.of(), readAt);
    }
    PriorityQueue<Cursor> heads =
        new PriorityQueue<>(
            (a, b) ->
                Keys.compare(parts.get(a.source).keys(), a.at, parts.get(b.source).keys(), b.at));
    for (int s = 0; s < parts.size(); s++) {
      offer(heads, new Cursor(s, 0, parts.get(s).keys().size()));
    }
    boolean ticks = parts.stream().allMatch(p -> p.ticks().length == p.keys().size());
    List<int[]> picks = new ArrayList<>();
    for (Cursor head = heads.poll(); head != null; head = heads.poll()) {
      int[] last = picks.isEmpty() ? null : picks.getLast();
      if (last != null && sameKey(parts, last, head)) {
        if (ticks && tick(parts, head.source, head.at) > tick(parts, last[0], last[1])) {
          picks.set(picks.size() - 1, new int[] {head.source, head.at});
        }
      } else if (limit >= 0 && picks.size() >= limit) {
        break;
      } else {
        picks.add(new int[] {head.source, head.at});
      }
      head.at++;
      offer(heads, head);
    }
    return new QueryResult(
        picks.size(),
        gather(parts.stream().map(QueryResult::keys).toList(), picks),
        gatherAll(parts.stream().map(QueryResult::fields).toList(), picks),
        readAt,
        ticks ? gatherTicks(parts.stream().map(QueryResult::ticks).toList(), picks) : new long[0]);
  }

  private static boolean sameKey(List<QueryResult> parts, int[] pick, Cursor head) {
    Column keys = parts.get(head.source).keys();
    return Keys.compare(parts.get(pick[0]).keys(), pick[1], keys, head.at) == 0;
  }

  private static long tick(List<QueryResult> parts, int source, int at) {
    return parts.get(source).ticks()[at];
  }

  private static long[] gatherTicks(List<long[]> sources, List<int[]> picks) {
    return picks.stream().mapToLong(p -> sources.get(p[0])[p[1]]).toArray();
  }

  private static int longest(SearchResult part) {
    int longest = 0;
    for (int q = 0; q < part.queries(); q++) {
      longest = Math.max(longest, part.from()[q + 1] - part.from()[q]);
    }
    return longest;
  }

  private static void offer(PriorityQueue<Cursor> heads, Cursor cursor) {
    if (cursor.at < cursor.end) {
      heads.add(cursor);
    }
  }

  private static int compareHits(List<SearchResult> parts, Cursor a, Cursor b) {
    SearchResult x = parts.get(a.source);
    SearchResult y = parts.get(b.source);
    int byScore = Float.compare(y.scores()[b.at], x.scores()[a.at]);
    return byScore != 0 ? byScore : Keys.compare(x.keys(), a.at, y.keys(), b.at);
  }

  private static Map<Long, Column> gatherAll(List<Map<Long, Column>> sources, List<int[]> picks) {
    Map<Long, Column> out = new LinkedHashMap<>();
    for (Long field : sources.getFirst().keySet()) {
      out.put(field, gather(sources.stream().map(s -> column(s, field)).toList(), picks));
    }
    return out;
  }

  private static Column column(Map<Long, Column> columns, Long field) {
    Column column = columns.get(field);
    if (column == null) {
      throw new PandionException(
          PandionException.Reason.INTERNAL,
          PandionException.Subject.FIELD,
          "parts of one answer differ: field " + field + " is missing in one");
    }
    return column;
  }

  private static Column gather(List<Column> sources, List<int[]> picks) {
    ColumnBuilder builder = ColumnBuilder.like(sources.getFirst());
    for (int[] pick : picks) {
      builder.addFrom(sources.get(pick[0]), pick[1]);
    }
    return builder.build();
  }
}
