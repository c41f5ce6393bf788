package io.pandion.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.index.VectorIndexType;
import io.pandion.index.VectorIndexTypes;
import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.Filter;
import io.pandion.model.Filter.Comparison;
import io.pandion.model.Filter.Value;
import io.pandion.model.Metric;
import io.pandion.model.QueryVectors;
import io.pandion.model.RowBatch;
import io.pandion.model.SearchPlan;
import io.pandion.model.SearchResult;
import io.pandion.storage.DeltaBatch;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// The queries of one search find what each finds alone, whatever is searched and whoever does it.
class QueriesTogetherTest {
  private static final int DIMENSION = 12;
  private static final int ROWS = 4_000;

  /// More than a tile has.
  private static final int QUERIES = 300;

  private static final CollectionSchema SCHEMA =
      new CollectionSchema(
          "c",
          "",
          List.of(
              FieldSchema.key(100, "id", DataType.INT64),
              FieldSchema.of(101, "n", DataType.INT64),
              FieldSchema.vector(102, "v", DIMENSION)),
          false,
          1);

  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final float[][] centres = new float[40][DIMENSION];

  @TempDir private Path directory;

  QueriesTogetherTest() {
    System.out.println("-Dseed=" + seed);
    for (float[] centre : centres) {
      for (int d = 0; d < DIMENSION; d++) {
        centre[d] = (float) random.nextGaussian();
      }
    }
  }

  /// Rows in clumps, some the same as one before.
  ///
  /// @param every how many rows have one that is such
  private GrowingSegment growing(int rows, int every) {
    GrowingSegment segment = new GrowingSegment(1, 1, SCHEMA);
    ColumnBuilder keys = ColumnBuilder.of(SCHEMA.primaryKey());
    long[] numbers = new long[rows];
    float[] vectors = new float[rows * DIMENSION];
    List<Long> shuffled = new ArrayList<>();
    for (long i = 0; i < rows; i++) {
      shuffled.add(i);
    }
    Collections.shuffle(shuffled, random);
    for (int i = 0; i < rows; i++) {
      keys.add(shuffled.get(i));
      numbers[i] = random.nextInt(100);
      if (i > 0 && i % every == 0) {
        int same = random.nextInt(i);
        System.arraycopy(vectors, same * DIMENSION, vectors, i * DIMENSION, DIMENSION);
      } else {
        System.arraycopy(vector(), 0, vectors, i * DIMENSION, DIMENSION);
      }
    }
    segment.append(
        new RowBatch(
            rows,
            Map.of(
                100L,
                keys.build(),
                101L,
                Column.Longs.of(numbers),
                102L,
                new Column.FloatVectors(vectors, DIMENSION))),
        10);
    return segment;
  }

  private float[] vector() {
    float[] centre = centres[random.nextInt(centres.length)];
    float[] out = new float[DIMENSION];
    for (int d = 0; d < DIMENSION; d++) {
      out[d] = centre[d] + (float) random.nextGaussian() / 2;
    }
    return out;
  }

  private void deleteSome(Segment segment, int rows) {
    ColumnBuilder keys = ColumnBuilder.of(SCHEMA.primaryKey());
    long[] ticks = new long[rows / 7];
    for (int i = 0; i < ticks.length; i++) {
      keys.add(7L * i);
      ticks[i] = 20;
    }
    segment.delete(new DeltaBatch(keys.build(), ticks));
  }

  private SearchPlan plan(
      Metric metric,
      float[] queries,
      int k,
      @Nullable Filter filter,
      Map<String, String> params,
      @Nullable Float radius,
      @Nullable Float upTo) {
    return new SearchPlan(
        102,
        metric,
        new QueryVectors(queries, DIMENSION),
        k,
        filter,
        params,
        radius,
        upTo,
        Set.of(),
        List.of(101L));
  }

  /// Searches of all kinds, each for the same queries.
  private List<SearchPlan> plans(Metric metric, Map<String, String> params) {
    float[] queries = new float[QUERIES * DIMENSION];
    for (int q = 0; q < QUERIES; q++) {
      System.arraycopy(vector(), 0, queries, q * DIMENSION, DIMENSION);
    }
    boolean l2 = metric == Metric.L2;
    float low = l2 ? -8 : 0.2f;
    float high = l2 ? -2 : 0.7f;
    List<SearchPlan> plans = new ArrayList<>();
    for (int below : new int[] {100, 60, 10, 1}) {
      Filter filter =
          below == 100
              ? null
              : new Filter.Compare(
                  Comparison.LESS,
                  new Value.Field(101, DataType.INT64),
                  new Value.Literal((long) below));
      plans.add(plan(metric, queries, 10, filter, params, null, null));
      plans.add(plan(metric, queries, 3, filter, Map.of("target_recall", "0.9"), null, null));
      plans.add(plan(metric, queries, 20, filter, params, low, null));
      plans.add(plan(metric, queries, 20, filter, params, low, high));
    }
    plans.add(plan(metric, queries, 1_000, null, Map.of(), null, null));
    return plans;
  }

  private SealedSegment sealed(GrowingSegment from) throws IOException {
    SealedSegmentWriter.write(directory.resolve("s"), from.snapshot(), SCHEMA);
    return SealedSegment.open(1, 1, directory.resolve("s"), SCHEMA);
  }

  private static List<String> of(SegmentHits hits, int query) {
    List<String> out = new ArrayList<>();
    for (int i = hits.from(query); i < hits.from(query + 1); i++) {
      out.add(hits.row(i) + " " + hits.score(i) + " " + hits.keys().value(i));
    }
    return out;
  }

  private static SearchPlan only(SearchPlan plan, int query) {
    float[] one =
        Arrays.copyOfRange(plan.queries().values(), query * DIMENSION, (query + 1) * DIMENSION);
    return new SearchPlan(
        plan.vectorField(),
        plan.metric(),
        new QueryVectors(one, DIMENSION),
        plan.k(),
        plan.filter(),
        plan.params(),
        plan.radius(),
        plan.rangeFilter(),
        plan.partitionIds(),
        plan.outputFields());
  }

  private static void assertAsAlone(Segment segment, SearchPlan plan, long readAt) {
    SegmentHits together = segment.search(plan, readAt);
    int some = 0;
    for (int q = 0; q < QUERIES; q += 3 + q % 5) {
      List<String> alone = of(segment.search(only(plan, q), readAt), 0);
      assertThat(of(together, q)).as("query %d of %s", q, plan).isEqualTo(alone);
      some += alone.size();
    }
    assertThat(some).isPositive();
  }

  @ParameterizedTest
  @CsvSource({
    "FLAT,,",
    "IVF_FLAT,nlist=40,nprobe=5",
    "IVF_SQ8,nlist=40,nprobe=5",
    "IVF_PQ,nlist=40 m=6,nprobe=5",
    "IVF_RABITQ,nlist=40,nprobe=5",
    "SCANN,nlist=40,nprobe=5 reorder_k=1000",
    "HNSW,M=8 efConstruction=40,ef=1000",
    "AUTOINDEX,,",
    "DISKANN,,search_list=1000"
  })
  void by_an_index(String name, @Nullable String building, @Nullable String searching)
      throws IOException {
    GrowingSegment rows = growing(ROWS, 5);
    VectorIndexType type = VectorIndexTypes.of(name);
    for (Metric metric : Metric.values()) {
      try (SealedSegment segment = sealed(rows)) {
        Path file = directory.resolve(metric + ".idx");
        type.build(segment.vectors(102), metric, params(building), 1, file);
        segment.addIndex(102, type, metric, file);
        deleteSome(segment, ROWS);
        for (SearchPlan plan : plans(metric, params(searching))) {
          assertAsAlone(segment, plan, 15);
          assertAsAlone(segment, plan, 25);
        }
      }
    }
  }

  private static Map<String, String> params(@Nullable String text) {
    Map<String, String> out = new java.util.HashMap<>();
    for (String pair : text == null ? new String[0] : text.split(" ")) {
      out.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
    }
    return out;
  }

  @ParameterizedTest
  @EnumSource
  void without_an_index(Metric metric) throws IOException {
    GrowingSegment growing = growing(ROWS, 5);
    try (SealedSegment sealed = sealed(growing)) {
      for (Segment segment : List.of(growing, sealed)) {
        deleteSome(segment, ROWS);
        for (SearchPlan plan : plans(metric, Map.of())) {
          assertAsAlone(segment, plan, 15);
          assertAsAlone(segment, plan, 25);
        }
      }
    }
  }

  /// Three threads, which take tasks as they come.
  private record Spread(ExecutorService executor) implements SegmentGroup.Runner {
    @Override
    public <T> List<T> all(List<Supplier<T>> tasks) {
      return tasks.stream()
          .map(task -> CompletableFuture.supplyAsync(task, executor))
          .toList()
          .stream()
          .map(CompletableFuture::join)
          .toList();
    }

    @Override
    public int threads() {
      return 3;
    }
  }

  @Test
  void by_several_threads() throws IOException {
    GrowingSegment growing = growing(ROWS, 5);
    deleteSome(growing, ROWS);
    try (SealedSegment sealed = sealed(growing);
        ExecutorService executor = Executors.newFixedThreadPool(3)) {
      deleteSome(sealed, ROWS / 2);
      SegmentGroup spread = new SegmentGroup(SCHEMA, new Spread(executor));
      SegmentGroup inTurn = new SegmentGroup(SCHEMA);
      for (List<Segment> segments :
          List.of(List.<Segment>of(sealed), List.<Segment>of(sealed, growing))) {
        for (SearchPlan plan : plans(Metric.L2, Map.of())) {
          SearchResult here = inTurn.search(segments, plan, 25);
          SearchResult there = spread.search(segments, plan, 25);
          assertThat(there.from()).isEqualTo(here.from());
          assertThat(there.scores()).isEqualTo(here.scores());
          assertThat(there.ticks()).isEqualTo(here.ticks());
          for (int i = 0; i < here.scores().length; i++) {
            assertThat(there.keys().value(i)).isEqualTo(here.keys().value(i));
          }
        }
      }
    }
  }

  @Test
  void a_search_allocates_nothing_for_each_of_many_queries() throws IOException {
    int queries = 2_000;
    float[] vectors = new float[queries * DIMENSION];
    for (int q = 0; q < queries; q++) {
      System.arraycopy(vector(), 0, vectors, q * DIMENSION, DIMENSION);
    }
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    GrowingSegment growing = growing(ROWS, ROWS);
    for (String name : List.of("", "FLAT", "IVF_FLAT", "SCANN", "HNSW")) {
      try (SealedSegment segment = sealed(growing)) {
        if (!name.isEmpty()) {
          VectorIndexType type = VectorIndexTypes.of(name);
          Path file = directory.resolve(name + ".idx");
          type.build(segment.vectors(102), Metric.IP, Map.of(), 1, file);
          segment.addIndex(102, type, Metric.IP, file);
        }
        SearchPlan plan = plan(Metric.IP, vectors, 10, null, Map.of(), null, null);
        long least = Long.MAX_VALUE; // until the loops are compiled it is more
        for (int i = 0; i < 20; i++) {
          SegmentSearch search = segment.begin(plan, 99);
          long before = threads.getCurrentThreadAllocatedBytes();
          assertThat(search.run(0, queries)).isEqualTo(10 * queries);
          least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        System.out.println(least / queries + " bytes a query, " + name);
        assertThat(least / queries).as("bytes a query, " + name).isLessThan(50);
      }
    }
  }
}
