package io.pandion.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.model.QueryPlan;
import io.pandion.model.QueryVectors;
import io.pandion.model.RowBatch;
import io.pandion.model.SearchPlan;
import io.pandion.storage.DeltaBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealedSegmentTest {
  private static final int DIMENSION = 5;
  private static final List<FieldSchema> FIELDS =
      List.of(
          FieldSchema.key(100, "id", DataType.VARCHAR),
          FieldSchema.of(101, "n", DataType.INT32).asNullable(),
          FieldSchema.vector(102, "v", DIMENSION),
          FieldSchema.of(103, "doc", DataType.JSON).asNullable(),
          FieldSchema.of(104, "flag", DataType.BOOL).asNullable(),
          FieldSchema.of(105, "real", DataType.DOUBLE).asNullable(),
          FieldSchema.of(106, "small", DataType.FLOAT),
          FieldSchema.of(107, "big", DataType.INT64));
  private static final CollectionSchema SCHEMA = new CollectionSchema("c", "", FIELDS, false, 1);

  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final GrowingSegment growing = new GrowingSegment(1, 2, SCHEMA);
  private long tick = 1_000;
  private int keys;

  @TempDir Path directory;

  private SealedSegment sealed() throws IOException {
    System.out.println("seed " + seed);
    for (int i = 0; i < 30; i++) {
      append(1 + random.nextInt(30));
    }
    SealedSegmentWriter.write(directory, growing.snapshot(), SCHEMA);
    return SealedSegment.open(1, 2, directory, SCHEMA);
  }

  private void append(int count) {
    List<ColumnBuilder> columns = FIELDS.stream().map(ColumnBuilder::of).toList();
    tick += 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      boolean again = keys > 0 && random.nextInt(10) == 0;
      columns.get(0).add("k" + (again ? random.nextInt(keys) : keys++) + "é");
      columns.get(1).add(maybe(random.nextInt(10)));
      columns.get(2).add(vector());
      columns.get(3).add(maybe("{\"a\":" + random.nextInt(5) + "}"));
      columns.get(4).add(maybe(random.nextBoolean()));
      columns.get(5).add(maybe(random.nextInt(10) / 2.0));
      columns.get(6).add(random.nextInt(10) / 4f);
      columns.get(7).add(random.nextLong());
    }
    Map<Long, Column> batch = new java.util.HashMap<>();
    for (int f = 0; f < FIELDS.size(); f++) {
      batch.put(FIELDS.get(f).id(), columns.get(f).build());
    }
    growing.append(new RowBatch(count, batch), tick);
  }

  private @Nullable Object maybe(Object value) {
    return random.nextInt(4) == 0 ? null : value;
  }

  private float[] vector() {
    float[] out = new float[DIMENSION];
    for (int d = 0; d < DIMENSION; d++) {
      out[d] = random.nextInt(20) - 10;
    }
    return out;
  }

  private Filter filter() {
    Comparison comparison = List.of(Comparison.values()).get(random.nextInt(6));
    Value.Field key = new Value.Field(100, DataType.VARCHAR);
    Value.Literal one = new Value.Literal("k" + random.nextInt(keys + 5) + "é");
    Value.Literal two = new Value.Literal("k" + random.nextInt(keys + 5) + "é");
    return switch (random.nextInt(8)) {
      case 0 -> new Filter.Compare(comparison, key, one);
      case 1 -> new Filter.In(key, List.of(one, two));
      case 2 ->
          new Filter.Compare(
              comparison,
              new Value.JsonPath(103, List.of("a")),
              new Value.Literal((long) random.nextInt(5)));
      case 3 -> new Filter.Truth(new Value.Field(104, DataType.BOOL));
      case 4 ->
          new Filter.Compare(
              comparison,
              new Value.Field(105, DataType.DOUBLE),
              new Value.Literal(random.nextInt(10) / 2.0));
      case 5 -> new Filter.Not(filter());
      case 6 -> new Filter.And(List.of(filter(), filter()));
      default -> new Filter.Or(List.of(filter(), filter()));
    };
  }

  private SearchPlan nearest(@Nullable Filter filter, int k) {
    return new SearchPlan(
        102,
        Metric.L2,
        new QueryVectors(vector(), DIMENSION),
        k,
        filter,
        Map.of(),
        null,
        null,
        Set.of(),
        List.of());
  }

  private static List<String> hits(SegmentHits hits) {
    List<String> out = new ArrayList<>();
    for (int i = 0; i < hits.from(1); i++) {
      out.add(hits.row(i) + " " + hits.score(i) + " " + hits.keys().value(i));
    }
    return out;
  }

  @Test
  void a_sealed_segment_answers_as_the_growing_one_of_its_rows() throws IOException {
    try (SealedSegment sealed = sealed()) {
      for (int step = 0; step < 200; step++) {
        tick += random.nextInt(3);
        DeltaBatch deletes =
            new DeltaBatch(
                Column.Strings.of("k" + random.nextInt(keys + 3) + "é"), new long[] {tick});
        growing.delete(deletes);
        sealed.delete(deletes);
        sealed.delete(deletes);
        long readAt = 1_000 + random.nextLong(tick - 999);
        Filter filter = filter();
        QueryPlan query = new QueryPlan(filter, -1, false, Set.of(), List.of());
        String about = "seed " + seed + ", read at " + readAt + ", " + filter;
        int[] expected = growing.query(query, readAt).rows();
        assertThat(sealed.query(query, readAt).rows()).as(about).isEqualTo(expected);
        assertThat(sealed.count(query, readAt)).as(about).isEqualTo(expected.length);
        SearchPlan search = nearest(step % 2 == 0 ? filter : null, 1 + random.nextInt(40));
        assertThat(hits(sealed.search(search, readAt)))
            .as(about)
            .isEqualTo(hits(growing.search(search, readAt)));
      }
    }
  }

  @Test
  void every_field_reads_back_as_it_was_written() throws IOException {
    try (SealedSegment sealed = sealed()) {
      int count = growing.rows();
      int[] all = java.util.stream.IntStream.range(0, count).toArray();
      for (FieldSchema field : FIELDS) {
        Column expected = growing.fetch(field.id(), all, count);
        Column found = sealed.fetch(field.id(), all, count);
        for (int row = 0; row < count; row++) {
          assertThat(found.value(row))
              .as("%s %d", field.name(), row)
              .isEqualTo(expected.value(row));
        }
      }
    }
  }

  @Test
  void a_field_added_later_is_null() throws IOException {
    sealed().close();
    List<FieldSchema> more = new ArrayList<>(FIELDS);
    more.add(FieldSchema.of(108, "later", DataType.INT64).asNullable());
    CollectionSchema altered = new CollectionSchema("c", "", more, false, 2);
    try (SealedSegment sealed = SealedSegment.open(1, 2, directory, altered)) {
      assertThat(sealed.fetch(108, new int[] {3}, 1).isNull(0)).isTrue();
    }
  }

  @Test
  void a_flat_index_finds_what_the_scan_finds() throws IOException {
    try (SealedSegment sealed = sealed()) {
      SearchPlan search = nearest(null, 10);
      List<String> scanned = hits(sealed.search(search, tick));
      VectorIndexType flat = VectorIndexTypes.of("FLAT");
      Path file = directory.resolve("v.index");
      flat.build(sealed.vectors(102), Metric.L2, Map.of(), 1, file);
      sealed.addIndex(102, flat, Metric.L2, file);
      assertThat(hits(sealed.search(search, tick))).isEqualTo(scanned);
    }
  }

  @Test
  void a_damaged_or_missing_file_is_corrupt_data() throws IOException {
    sealed().close();
    for (String name : List.of("100.col", "102.col", "ticks.col", "keys.col", "fields.col")) {
      Path file = directory.resolve(name);
      byte[] good = Files.readAllBytes(file);
      byte[] bad = good.clone();
      int at = random.nextInt(bad.length);
      bad[at] = (byte) (bad[at] ^ 4);
      Files.write(file, bad);
      assertCorrupt();
      Files.delete(file);
      assertCorrupt();
      Files.write(file, good);
    }
    SealedSegment.open(1, 2, directory, SCHEMA).close();
  }

  private void assertCorrupt() {
    assertThatThrownBy(() -> SealedSegment.open(1, 2, directory, SCHEMA))
        .isInstanceOfSatisfying(
            PandionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CORRUPT_DATA));
  }

  @Test
  void a_closed_segment_refuses_reads() throws IOException {
    SealedSegment sealed = sealed();
    sealed.close();
    sealed.close();
    assertThatThrownBy(() -> sealed.search(nearest(null, 1), tick))
        .isInstanceOfSatisfying(
            PandionException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(Reason.NOT_FOUND);
              assertThat(e.subject()).isEqualTo(PandionException.Subject.SEGMENT);
            });
  }
}
