package io.pandion.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.cluster.DataNode;
import io.pandion.cluster.SearchTimes;
import io.pandion.cluster.TaskSpec;
import io.pandion.meta.IndexInfo;
import io.pandion.meta.SegmentInfo;
import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.DataType;
import io.pandion.model.Filter;
import io.pandion.model.Filter.Value;
import io.pandion.model.Keys;
import io.pandion.model.Metric;
import io.pandion.model.QueryPlan;
import io.pandion.model.QueryResult;
import io.pandion.model.QueryVectors;
import io.pandion.model.RowBatch;
import io.pandion.model.SearchPlan;
import io.pandion.model.SearchResult;
import io.pandion.storage.DeltaBatch;
import io.pandion.storage.SegmentRows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random rows, deletes, upserts, index builds, compactions, loads and restarts, read at random
/// ticks above the compaction horizon, against a list of rows.
class NodesRandomTest {
  private static final List<IndexInfo> INDEXES = List.of(NodeWorld.BY_NUMBER, NodeWorld.BY_VECTOR);
  private static final String[] LEADS = {"a", "é", "\uffff", "🐟"};

  private record Row(String key, @Nullable Long number, float x, float y, long tick) {}

  private record Delete(String key, long tick) {}

  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final List<Row> rows = new ArrayList<>();
  private final List<Delete> deletes = new ArrayList<>();
  private final Map<Long, SegmentInfo> live = new TreeMap<>();
  private final List<SegmentInfo> level0 = new ArrayList<>();
  private final List<Delete> unfiled = new ArrayList<>();
  private long tick = 1_000;
  private long horizon = 1_000;
  private long nextId = 1;

  @TempDir private Path directory;

  @Test
  void every_read_equals_the_model() {
    System.out.println("seed " + seed);
    try (NodeWorld world = new NodeWorld(directory)) {
      MappedQueryNode node = node(world);
      for (int step = 0; step < 120; step++) {
        switch (random.nextInt(8)) {
          case 0, 1, 2 -> flush(world, node);
          case 3, 4 -> delete(node);
          case 5 -> index(world, node);
          case 6 -> compact(world, node);
          default -> {
            if (random.nextInt(3) == 0) {
              node.close();
              fileDeletes(world);
              node = node(world);
              for (SegmentInfo segment : live.values()) {
                node.load(segment, NodeWorld.SCHEMA, INDEXES, level0);
              }
            }
          }
        }
        if (!live.isEmpty()) {
          check(node);
        }
      }
      node.close();
    }
  }

  private MappedQueryNode node(NodeWorld world) {
    return new MappedQueryNode(
        "q", world.files, world.manifests, directory.resolve("cache"), 2, SearchTimes.unread());
  }

  private String key() {
    return LEADS[random.nextInt(LEADS.length)] + random.nextInt(60);
  }

  /// A segment whose rows replace older ones of their keys, but now and then one of its own.
  private void flush(NodeWorld world, MappedQueryNode node) {
    int count = 1 + random.nextInt(40);
    ColumnBuilder keys = new ColumnBuilder(DataType.VARCHAR, 0);
    ColumnBuilder numbers = new ColumnBuilder(DataType.INT64, 0);
    float[] vectors = new float[2 * count];
    long[] ticks = new long[count];
    Map<String, Long> own = new HashMap<>();
    List<Delete> ownDeletes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Row row =
          new Row(
              key(),
              random.nextInt(4) == 0 ? null : (long) random.nextInt(10),
              random.nextInt(10),
              random.nextInt(10),
              ++tick);
      if (!own.containsKey(row.key) || random.nextBoolean()) {
        Delete older = new Delete(row.key, row.tick);
        deletes.add(older);
        unfiled.add(older);
        node.delete(live.keySet(), Column.Strings.of(row.key), row.tick);
        ownDeletes.add(older);
      }
      own.put(row.key, row.tick);
      rows.add(row);
      keys.add(row.key);
      numbers.add(row.number);
      vectors[2 * i] = row.x;
      vectors[2 * i + 1] = row.y;
      ticks[i] = row.tick;
    }
    RowBatch batch =
        new RowBatch(
            count,
            Map.of(
                100L,
                keys.build(),
                101L,
                numbers.build(),
                102L,
                new Column.FloatVectors(vectors, 2)));
    long id = nextId++;
    SegmentInfo segment =
        world.segment(id, new SegmentRows(batch, ticks), batch(ownDeletes), NodeWorld.SCHEMA);
    live.put(id, segment);
    node.load(segment, NodeWorld.SCHEMA, INDEXES, level0);
  }

  private static DeltaBatch batch(List<Delete> deletes) {
    return new DeltaBatch(
        Column.Strings.of(deletes.stream().map(Delete::key).toArray(String[]::new)),
        deletes.stream().mapToLong(Delete::tick).toArray());
  }

  private void delete(MappedQueryNode node) {
    Delete delete = new Delete(key(), ++tick);
    deletes.add(delete);
    unfiled.add(delete);
    node.delete(live.keySet(), Column.Strings.of(delete.key), delete.tick);
  }

  private void fileDeletes(NodeWorld world) {
    if (!unfiled.isEmpty()) {
      level0.add(world.level0(nextId++, random.nextBoolean() ? -1 : 1, batch(unfiled)));
      unfiled.clear();
    }
  }

  private void index(NodeWorld world, MappedQueryNode node) {
    if (!live.isEmpty()) {
      SegmentInfo segment = pick();
      for (IndexInfo index : INDEXES) {
        boolean there =
            world.manifest(segment).files().stream().anyMatch(f -> f.indexId() == index.id());
        segment = there ? segment : world.indexed(segment, index);
      }
      live.put(segment.id(), segment);
      node.load(segment, NodeWorld.SCHEMA, INDEXES, level0);
    }
  }

  private SegmentInfo pick() {
    return List.copyOf(live.values()).get(random.nextInt(live.size()));
  }

  private void compact(NodeWorld world, MappedQueryNode node) {
    if (live.size() < 2) {
      return;
    }
    fileDeletes(world);
    Map<Long, SegmentInfo> sources = new TreeMap<>();
    for (int i = 0; i < 3; i++) {
      SegmentInfo source = pick();
      sources.put(source.id(), source);
    }
    horizon += random.nextLong(tick - horizon + 1);
    long target = nextId++;
    DataNode.TaskStatus done =
        world.run(
            new TaskSpec.Work.Compact(
                List.copyOf(sources.values()), level0, NodeWorld.SCHEMA, target, horizon));
    if (done.rows() > 0) {
      SegmentInfo merged =
          world.commit(
              target, 1, "L2", done.rows(), NodeWorld.SCHEMA, NodeWorld.refs(done.files()));
      node.load(merged, NodeWorld.SCHEMA, INDEXES, random.nextBoolean() ? level0 : List.of());
      live.put(target, merged);
    } else {
      assertThat(done.files()).isEmpty();
    }
    node.release(sources.keySet());
    live.keySet().removeAll(sources.keySet());
  }

  private boolean gone(Row row, long readAt) {
    return deletes.stream()
        .anyMatch(d -> d.tick > row.tick && d.tick <= readAt && d.key.equals(row.key));
  }

  private void check(MappedQueryNode node) {
    long readAt = horizon + random.nextLong(tick - horizon + 2);
    Map<String, Row> visible = new HashMap<>();
    for (Row row : rows) {
      if (row.tick <= readAt && !gone(row, readAt)) {
        visible.merge(row.key, row, (a, b) -> a.tick > b.tick ? a : b);
      }
    }
    long bound = random.nextInt(10);
    Filter filter =
        new Filter.Not(
            new Filter.Compare(
                Filter.Comparison.LESS,
                new Value.Field(101, DataType.INT64),
                new Value.Literal(bound)));
    String from = LEADS[random.nextInt(LEADS.length)];
    Filter above =
        new Filter.Compare(
            Filter.Comparison.GREATER_OR_EQUAL,
            new Value.Field(100, DataType.VARCHAR),
            new Value.Literal(from));
    boolean filtered = random.nextBoolean();
    Filter both = filtered ? new Filter.And(List.of(filter, above)) : null;
    List<Row> matching =
        visible.values().stream()
            .filter(
                r ->
                    !filtered
                        || (r.number != null
                            && r.number >= bound
                            && Keys.compare(r.key, from) >= 0))
            .sorted((a, b) -> Keys.compare(a.key, b.key))
            .toList();
    String about = "seed " + seed + ", read at " + readAt + ", bound " + bound + " from " + from;
    checkQuery(node, both, readAt, matching, about);
    checkSearch(node, both, readAt, matching, about);
  }

  private void checkQuery(
      MappedQueryNode node,
      @Nullable Filter filter,
      long readAt,
      List<Row> expected,
      String about) {
    long limit = random.nextBoolean() ? -1 : random.nextInt(10);
    QueryPlan plan = new QueryPlan(filter, limit, false, Set.of(), List.of(101L));
    QueryResult found = node.query(live.keySet(), plan, readAt);
    List<Row> first = limit < 0 ? expected : expected.stream().limit(limit).toList();
    assertThat(NodeWorld.strings(found.keys()))
        .as(about)
        .isEqualTo(first.stream().map(Row::key).toList());
    assertThat(NodeWorld.strings(column(found.fields())))
        .as(about)
        .isEqualTo(first.stream().map(r -> String.valueOf(r.number)).toList());
    QueryPlan count = new QueryPlan(filter, -1, true, Set.of(), List.of());
    assertThat(node.query(live.keySet(), count, readAt).count())
        .as(about)
        .isEqualTo(expected.size());
  }

  private void checkSearch(
      MappedQueryNode node,
      @Nullable Filter filter,
      long readAt,
      List<Row> matching,
      String about) {
    float x = random.nextInt(10);
    float y = random.nextInt(10);
    int k = 1 + random.nextInt(20);
    SearchPlan plan =
        new SearchPlan(
            102,
            Metric.L2,
            new QueryVectors(new float[] {x, y}, 2),
            k,
            filter,
            Map.of(),
            null,
            null,
            Set.of(),
            List.of(101L));
    SearchResult found = node.search(live.keySet(), plan, readAt);
    List<Row> expected =
        matching.stream()
            .sorted(Comparator.comparingDouble(r -> distance(r, x, y)))
            .limit(k)
            .toList();
    assertThat(NodeWorld.strings(found.keys()))
        .as(about)
        .isEqualTo(expected.stream().map(Row::key).toList());
    for (int i = 0; i < expected.size(); i++) {
      assertThat(-found.scores()[i]).isEqualTo((float) distance(expected.get(i), x, y));
    }
    assertThat(NodeWorld.strings(column(found.fields())))
        .as(about)
        .isEqualTo(expected.stream().map(r -> String.valueOf(r.number)).toList());
  }

  private static Column column(Map<Long, Column> fields) {
    return java.util.Objects.requireNonNull(fields.get(101L));
  }

  private static double distance(Row row, float x, float y) {
    return (row.x - x) * (row.x - x) + (row.y - y) * (row.y - y);
  }
}
