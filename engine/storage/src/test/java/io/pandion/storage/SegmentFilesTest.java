package io.pandion.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.PandionException;
import io.pandion.model.RowBatch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentFilesTest {
  private static final CollectionSchema SCHEMA =
      new CollectionSchema(
          "c",
          "",
          List.of(
              FieldSchema.key(100, "id", DataType.INT64),
              FieldSchema.of(101, "flag", DataType.BOOL).asNullable(),
              FieldSchema.of(102, "tiny", DataType.INT8).asNullable(),
              FieldSchema.of(103, "small", DataType.INT16).asNullable(),
              FieldSchema.of(104, "number", DataType.INT32).asNullable(),
              FieldSchema.of(105, "real", DataType.FLOAT).asNullable(),
              FieldSchema.of(106, "big", DataType.DOUBLE).asNullable(),
              FieldSchema.of(107, "text", DataType.VARCHAR).asNullable(),
              FieldSchema.of(108, "doc", DataType.JSON).asNullable(),
              FieldSchema.vector(109, "v", 7),
              FieldSchema.vector(110, "w", 2)),
          false,
          3);

  @TempDir private Path directory;
  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random random = new Random(seed);
  private FileObjectStore store;
  private SegmentFiles files;

  @BeforeEach
  void open() {
    System.out.println("seed " + seed);
    store = new FileObjectStore(directory.resolve("bucket"));
    files =
        new SegmentFiles(
            store, directory.resolve("work"), () -> new UUID(random.nextLong(), random.nextLong()));
  }

  private Object sample(FieldSchema field) {
    return switch (field.type()) {
      case BOOL -> random.nextBoolean();
      case INT8 -> random.nextInt(256) - 128;
      case INT16 -> random.nextInt(65_536) - 32_768;
      case INT32 -> random.nextInt();
      case INT64 -> random.nextLong();
      case FLOAT -> random.nextInt(5) == 0 ? Float.MIN_VALUE : random.nextFloat();
      case DOUBLE -> random.nextInt(5) == 0 ? Double.MAX_VALUE : random.nextGaussian();
      case VARCHAR -> random.nextInt(5) == 0 ? "" : "größe 🐟 " + random.nextInt(50);
      case JSON -> ("{\"k\":" + random.nextInt(9) + "}").getBytes(StandardCharsets.UTF_8);
      case FLOAT_VECTOR -> {
        float[] vector = new float[field.dimension()];
        for (int i = 0; i < vector.length; i++) {
          vector[i] = random.nextFloat();
        }
        yield vector;
      }
    };
  }

  private SegmentRows rows(int count) {
    Map<Long, Column> columns = new LinkedHashMap<>();
    for (FieldSchema field : SCHEMA.fields()) {
      ColumnBuilder builder = ColumnBuilder.of(field);
      for (int i = 0; i < count; i++) {
        builder.add(field.nullable() && random.nextInt(4) == 0 ? null : sample(field));
      }
      columns.put(field.id(), builder.build());
    }
    long[] ticks = random.longs(count, 1, Long.MAX_VALUE).toArray();
    return new SegmentRows(new RowBatch(count, columns), ticks);
  }

  @Test
  void rows_of_every_type_come_back_as_they_were() {
    SegmentRows rows = rows(3_000);
    List<FileRef> refs = files.writeRows("seg/1/2/3/", 3, rows, SCHEMA);
    assertThat(refs).hasSize(3);
    SegmentRows back = files.readRows(refs, SCHEMA);
    assertThat(back.ticks()).isEqualTo(rows.ticks());
    for (FieldSchema field : SCHEMA.fields()) {
      Column was = rows.rows().column(field.id());
      Column is = back.rows().column(field.id());
      for (int i = 0; i < was.size(); i++) {
        assertThat(is.value(i)).as(field.name()).isEqualTo(was.value(i));
      }
    }
  }

  @Test
  void a_renamed_field_keeps_its_values_and_a_new_one_is_null_or_its_default() {
    SegmentRows rows = rows(10);
    List<FileRef> refs = files.writeRows("seg/1/2/3/", 3, rows, SCHEMA);
    List<FieldSchema> fields = new ArrayList<>(SCHEMA.fields());
    fields.set(4, FieldSchema.of(104, "renamed", DataType.INT32).asNullable());
    fields.add(FieldSchema.of(111, "added", DataType.VARCHAR).asNullable());
    SegmentRows back = files.readRows(refs, new CollectionSchema("c", "", fields, false, 4));
    assertThat(back.rows().column(104).value(3)).isEqualTo(rows.rows().column(104).value(3));
    assertThat(back.rows().column(111).isNull(9)).isTrue();
  }

  @Test
  void deletes_come_back_in_order_of_key_and_tick() {
    DeltaBatch deltas =
        new DeltaBatch(
            Column.Strings.of("b", "🐟", "a", "\uffff", "b"), new long[] {5, 6, 4, 7, 3});
    FileRef ref = files.writeDeltas("seg/1/2/3/", deltas);
    DeltaBatch back = files.readDeltas(List.of(ref), DataType.VARCHAR);
    assertThat(back.ticks()).containsExactly(4, 3, 5, 7, 6);
    assertThat(back.keys().value(1)).isEqualTo("b");
    assertThat(back.keys().value(4)).isEqualTo("🐟");
  }

  @Test
  void one_column_and_the_ticks_can_be_read_alone() {
    SegmentRows rows = rows(50);
    List<FileRef> refs = files.writeRows("seg/1/2/3/", 3, rows, SCHEMA);
    assertThat(files.readTicks(refs)).isEqualTo(rows.ticks());
    for (long field : new long[] {100, 107, 110}) {
      Column column = files.readColumn(refs, SCHEMA.field(field));
      assertThat(column.value(49)).isEqualTo(rows.rows().column(field).value(49));
    }
    Column added = files.readColumn(refs, FieldSchema.of(120, "new", DataType.INT64).asNullable());
    assertThat(added.size()).isEqualTo(50);
    assertThat(added.isNull(0)).isTrue();
  }

  @Test
  void a_vector_of_another_dimension_is_corrupt_data() {
    List<FileRef> refs = files.writeRows("seg/1/2/3/", 3, rows(20), SCHEMA);
    for (int dimension : new int[] {1, 6, 8, 14}) {
      FieldSchema other = FieldSchema.vector(109, "v", dimension);
      assertThatThrownBy(() -> files.readColumn(refs, other))
          .isInstanceOfSatisfying(
              PandionException.class,
              e -> assertThat(e.reason()).isEqualTo(PandionException.Reason.CORRUPT_DATA))
          .hasMessageContaining("dimension 7, expected " + dimension);
    }
  }

  @Test
  void a_missing_object_is_named() {
    List<FileRef> refs = files.writeRows("seg/1/2/3/", 3, rows(20), SCHEMA);
    store.delete(refs.getFirst().name());
    assertThatThrownBy(() -> files.readRows(refs, SCHEMA))
        .isInstanceOfSatisfying(
            PandionException.class,
            e -> assertThat(e.reason()).isEqualTo(PandionException.Reason.CORRUPT_DATA))
        .hasMessageContaining(refs.getFirst().name() + "' (BINLOG) is missing");
  }

  @Test
  void any_flipped_byte_and_any_cut_is_found() throws IOException {
    FileRef ref = files.writeDeltas("x/", new DeltaBatch(Column.Longs.of(1, 2), new long[] {3, 4}));
    Path file = store.localCopy(ref.name(), directory);
    byte[] good = Files.readAllBytes(file);
    for (int i = 0; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] ^= 4;
      Files.write(file, bad);
      assertThatThrownBy(() -> files.readDeltas(List.of(ref), DataType.INT64))
          .isInstanceOfSatisfying(
              PandionException.class,
              e -> assertThat(e.reason()).isEqualTo(PandionException.Reason.CORRUPT_DATA))
          .hasMessageContaining(ref.name());
      Files.write(file, java.util.Arrays.copyOf(good, i));
      assertThatThrownBy(() -> files.readDeltas(List.of(ref), DataType.INT64))
          .isInstanceOf(PandionException.class);
    }
  }
}
