package io.pandion.segment;

import io.pandion.index.TopK;
import io.pandion.index.VectorSearch;
import io.pandion.model.AnswerSize;
import io.pandion.model.DataType;
import io.pandion.model.Keys;
import io.pandion.model.SearchPlan;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A search of one segment in parts: which rows it may find is decided once, then ranges of its
/// queries are searched ([#run]), each by one thread, several at a time; when all are done, the
/// hits are taken. Memory beside the hits: a tile of queries a thread, kept from search to search.
public final class SegmentSearch {
  /// Queries of a tile, at most, and rows that all of them together have room for.
  private static final int TILE = 256;

  private static final int TILE_ROWS = 1 << 17;

  /// Rows of one score at the edge of the answer among which the key decides; of more the row does.
  private static final int MAX_TIES = 1 << 16;

  /// Key and score of a hit in an answer.
  private static final int HIT_BYTES = Long.BYTES + Float.BYTES;

  private static final ThreadLocal<Tile> TILES = ThreadLocal.withInitial(Tile::new);

  private final RowReads reads;
  private final SearchPlan plan;
  private final long readAt;
  private final int rows;
  private final int limit;
  private final Nearest nearest;
  private final int[] hits;
  private final float[] scores;
  private final int[] found;
  private @Nullable VectorSearch wanted;

  /// What one thread needs, kept from search to search.
  private static final class Tile {
    private TopK[] tops = {};
    private final TopK[] one = new TopK[1];

    TopK[] reset(int count, int room) {
      int held = tops.length;
      if (held < count) {
        tops = Arrays.copyOf(tops, count);
        for (int i = held; i < count; i++) {
          tops[i] = new TopK();
        }
      }
      for (int i = 0; i < count; i++) {
        tops[i].reset(room);
      }
      return tops;
    }
  }

  SegmentSearch(RowReads reads, SearchPlan plan, long readAt) {
    this.reads = reads;
    this.plan = plan;
    this.readAt = readAt;
    rows = reads.published();
    limit = Math.min(plan.k(), rows);
    nearest = reads.nearest(plan, rows);
    int queries = plan.queries().count();
    new AnswerSize("search").add((long) HIT_BYTES * limit * queries);
    hits = new int[limit * queries];
    scores = new float[hits.length];
    found = new int[queries];
  }

  /// How many queries at a time are cheapest for each; 1 when they gain nothing from each other.
  int together() {
    return nearest.together();
  }

  /// Searches for the queries `from` until `to`; returns how many hits they have.
  int run(int from, int to) {
    return limit == 0 ? 0 : reads.held(() -> tiles(wanted(), from, to));
  }

  /// What is asked of the index; the filter is evaluated by the first thread that asks.
  private synchronized VectorSearch wanted() {
    VectorSearch known = wanted;
    if (known == null) {
      known =
          new VectorSearch(
              plan.k(),
              reads.accepted(plan.filter(), rows, readAt),
              plan.radius() == null ? Float.NaN : plan.radius(),
              plan.rangeFilter() == null ? Float.NaN : plan.rangeFilter(),
              plan.params());
      wanted = known;
    }
    return known;
  }

  private int tiles(VectorSearch search, int from, int to) {
    int dimension = plan.queries().dimension();
    int room = Math.min(rows, limit + 1);
    int most = Math.clamp(TILE_ROWS / room, 1, TILE);
    Tile tile = TILES.get();
    int sum = 0;
    for (int first = from; first < to; first += most) {
      int count = Math.min(most, to - first);
      TopK[] tops = tile.reset(count, room);
      nearest.search(plan.queries().values(), first * dimension, count, search, tops);
      for (int i = 0; i < count; i++) {
        tops[i].sort();
        if (tied(tops[i])) {
          withTies(first + i, search, tile, tops[i]);
        }
        found[first + i] = take(tops[i], (first + i) * limit);
        sum += found[first + i];
      }
    }
    return sum;
  }

  /// Whether rows beyond the limit score as the last row within does, and more may.
  private boolean tied(TopK top) {
    return top.size() > limit
        && top.size() == top.k()
        && top.k() < Math.min(rows, limit + MAX_TIES)
        && top.score(limit - 1) == top.score(top.size() - 1);
  }

  /// Fills `top` with the best rows and all that score as the last of them.
  private void withTies(int query, VectorSearch search, Tile tile, TopK top) {
    int offset = query * plan.queries().dimension();
    tile.one[0] = top;
    while (tied(top)) {
      top.reset((int) Math.min(Math.min(rows, (long) limit + MAX_TIES), 4L * top.k()));
      nearest.search(plan.queries().values(), offset, 1, search, tile.one);
      top.sort();
    }
  }

  /// Copies the best rows, equal scores in order of the primary key; returns how many.
  private int take(TopK top, int at) {
    int taken = at;
    int end = at + Math.min(limit, top.size());
    for (int i = 0; taken < end; ) {
      int next = i + 1;
      while (next < top.size() && top.score(next) == top.score(i)) {
        next++;
      }
      if (next == i + 1) {
        hits[taken] = top.row(i);
        scores[taken++] = top.score(i);
      } else {
        for (int row : byKey(top, i, next)) {
          if (taken < end) {
            hits[taken] = row;
            scores[taken++] = top.score(i);
          }
        }
      }
      i = next;
    }
    return taken - at;
  }

  private int[] byKey(TopK top, int from, int to) {
    FieldValues keys = reads.values(reads.schema().primaryKey().id());
    boolean text = keys.field().type() == DataType.VARCHAR;
    Integer[] ordered = new Integer[to - from];
    Arrays.setAll(ordered, i -> top.row(from + i));
    Arrays.sort(
        ordered,
        text
            ? (a, b) -> Keys.compare(keys.stringAt(a), keys.stringAt(b))
            : (a, b) -> Long.compare(keys.longAt(a), keys.longAt(b)));
    return Arrays.stream(ordered).mapToInt(Integer::intValue).toArray();
  }

  /// The hits of all queries, when all are searched; once.
  SegmentHits hits() {
    int[] from = new int[found.length + 1];
    for (int q = 0; q < found.length; q++) {
      from[q + 1] = from[q] + found[q];
      System.arraycopy(hits, q * limit, hits, from[q], found[q]);
      System.arraycopy(scores, q * limit, scores, from[q], found[q]);
    }
    int count = from[found.length];
    boolean full = count == hits.length;
    int[] winners = full ? hits : Arrays.copyOf(hits, count);
    return new SegmentHits(
        from,
        winners,
        full ? scores : Arrays.copyOf(scores, count),
        reads.held(() -> reads.keys(winners)));
  }
}
