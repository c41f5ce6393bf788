package io.pandion.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.index.SortedScalarIndex;
import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.Filter;
import io.pandion.model.Filter.Comparison;
import io.pandion.model.Filter.Value;
import io.pandion.model.PandionException;
import io.pandion.model.QueryPlan;
import io.pandion.model.RowBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random filters over a segment with scalar indexes, against the same rows without.
class ScalarIndexFilterTest {
  private static final List<FieldSchema> FIELDS =
      List.of(
          FieldSchema.key(100, "id", DataType.INT64),
          FieldSchema.of(101, "tiny", DataType.INT8).asNullable(),
          FieldSchema.of(102, "big", DataType.INT64).asNullable(),
          FieldSchema.of(103, "small", DataType.FLOAT).asNullable(),
          FieldSchema.of(104, "real", DataType.DOUBLE).asNullable(),
          FieldSchema.of(105, "text", DataType.VARCHAR).asNullable(),
          FieldSchema.of(106, "flag", DataType.BOOL).asNullable());
  private static final CollectionSchema SCHEMA = new CollectionSchema("c", "", FIELDS, false, 1);
  private static final String[] TEXTS = {
    "", "a", "ab", "é", "\ud7ff", "\ue000", "\uffff", "🐟", "🐟a", "\ud800\udc00"
  };

  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random random = new Random(seed);

  @TempDir private Path directory;

  private Object sample(FieldSchema field) {
    return switch (field.type()) {
      case INT8 -> random.nextInt(7) - 3;
      case INT64 ->
          random.nextInt(4) == 0 ? Long.MAX_VALUE - random.nextInt(3) : random.nextLong(9);
      case FLOAT -> random.nextInt(9) == 0 ? Float.NaN : random.nextInt(9) / 4f - 1;
      case DOUBLE ->
          List.of(-0.0, 0.0, 0.5, 1e300, Double.NaN, Double.NEGATIVE_INFINITY, 0x1p63)
              .get(random.nextInt(7));
      case VARCHAR -> TEXTS[random.nextInt(TEXTS.length)];
      case BOOL -> random.nextBoolean();
      default -> throw new IllegalArgumentException(field.name());
    };
  }

  private Object literal(FieldSchema field) {
    Object value = sample(field);
    if (value instanceof Number n && random.nextInt(3) == 0) {
      return random.nextBoolean() ? n.doubleValue() : (Object) n.longValue();
    }
    return switch (value) {
      case Integer i -> i.longValue();
      case Float f -> f.doubleValue();
      default -> value;
    };
  }

  private GrowingSegment rows(int count) {
    Map<Long, Column> columns = new TreeMap<>();
    for (FieldSchema field : FIELDS) {
      ColumnBuilder builder = ColumnBuilder.of(field);
      for (int i = 0; i < count; i++) {
        boolean none = field.nullable() && random.nextInt(5) == 0;
        builder.add(field.primaryKey() ? (Object) (long) i : none ? null : sample(field));
      }
      columns.put(field.id(), builder.build());
    }
    GrowingSegment out = new GrowingSegment(1, 2, SCHEMA);
    out.append(new RowBatch(count, columns), 10);
    return out;
  }

  private SealedSegment seal(GrowingSegment rows) throws IOException {
    SealedSegmentWriter.write(directory.resolve("s"), rows.snapshot(), SCHEMA);
    return SealedSegment.open(1, 2, directory.resolve("s"), SCHEMA);
  }

  private Path index(Column column) throws IOException {
    Path file = Files.createTempFile(directory, "scalar", ".idx");
    Files.write(file, SortedScalarIndex.build(column));
    return file;
  }

  private static Column column(Segment segment, long field) {
    int[] all = java.util.stream.IntStream.range(0, segment.rows()).toArray();
    return segment.fetch(field, all, all.length);
  }

  private Filter filter() {
    FieldSchema field = FIELDS.get(1 + random.nextInt(FIELDS.size() - 1));
    Value.Field value = new Value.Field(field.id(), field.type());
    Value.Literal one = new Value.Literal(literal(field));
    Comparison comparison = List.of(Comparison.values()).get(random.nextInt(6));
    return switch (random.nextInt(8)) {
      case 0, 1, 2 -> new Filter.Compare(comparison, value, one);
      case 3 -> new Filter.Compare(comparison, one, value);
      case 4 ->
          new Filter.In(
              value,
              random.nextInt(4) == 0
                  ? List.of()
                  : List.of(one, new Value.Literal(literal(field)), one));
      case 5 -> new Filter.Not(filter());
      case 6 -> new Filter.And(List.of(filter(), filter(), filter()));
      default -> new Filter.Or(List.of(filter(), filter()));
    };
  }

  @Test
  void filters_find_the_same_rows_with_scalar_indexes_and_without() throws IOException {
    System.out.println("seed " + seed);
    GrowingSegment growing = rows(1_000);
    try (SealedSegment sealed = seal(growing)) {
      for (FieldSchema field : FIELDS) {
        sealed.addScalarIndex(field.id(), index(column(growing, field.id())));
      }
      for (int step = 0; step < 3_000; step++) {
        Filter filter = filter();
        QueryPlan plan = new QueryPlan(filter, -1, false, Set.of(), List.of());
        assertThat(sealed.query(plan, 99).rows())
            .as("seed %d, %s", seed, filter)
            .isEqualTo(growing.query(plan, 99).rows());
      }
    }
  }

  @Test
  void filters_ask_the_index_until_it_is_dropped() throws IOException {
    GrowingSegment growing = rows(100);
    Filter filter =
        new Filter.Compare(
            Comparison.EQUAL, new Value.Field(102, DataType.INT64), new Value.Literal(77L));
    QueryPlan plan = new QueryPlan(filter, -1, false, Set.of(), List.of());
    long[] other = new long[100];
    other[5] = 77;
    try (SealedSegment sealed = seal(growing)) {
      sealed.addScalarIndex(102, index(Column.Longs.of(other)));
      assertThat(sealed.query(plan, 99).rows()).containsExactly(5);
      sealed.dropIndex(102);
      assertThat(sealed.query(plan, 99).size()).isZero();
    }
  }

  @Test
  void an_index_of_other_rows_or_another_type_or_damaged_is_corrupt_data() throws IOException {
    try (SealedSegment sealed = seal(rows(100))) {
      assertCorrupt(sealed, index(Column.Longs.of(new long[99])));
      assertCorrupt(sealed, index(new Column.Strings(new String[] {"a"}, null)));
      Path damaged = index(Column.Longs.of(new long[100]));
      byte[] bytes = Files.readAllBytes(damaged);
      bytes[4_200] ^= 1;
      Files.write(damaged, bytes);
      assertCorrupt(sealed, damaged);
    }
  }

  private static void assertCorrupt(SealedSegment sealed, @Nullable Path file) {
    assertThatThrownBy(() -> sealed.addScalarIndex(102, java.util.Objects.requireNonNull(file)))
        .isInstanceOfSatisfying(
            PandionException.class,
            e -> assertThat(e.reason()).isEqualTo(PandionException.Reason.CORRUPT_DATA));
  }
}
