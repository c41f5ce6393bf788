package io.pandion.proxy;

import static io.pandion.proxy.Wire.bools;
import static io.pandion.proxy.Wire.doubles;
import static io.pandion.proxy.Wire.floats;
import static io.pandion.proxy.Wire.ints;
import static io.pandion.proxy.Wire.json;
import static io.pandion.proxy.Wire.longs;
import static io.pandion.proxy.Wire.meta;
import static io.pandion.proxy.Wire.strings;
import static io.pandion.proxy.Wire.valid;
import static io.pandion.proxy.Wire.vectors;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.PandionException;
import io.pandion.model.RowBatch;
import io.pandion.protocol.FieldData;
import io.pandion.proxy.RowDecoder.KeyRule;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RowDecoderTest {
  private static final io.pandion.protocol.DataType INT8 = io.pandion.protocol.DataType.Int8;
  private static final io.pandion.protocol.DataType INT16 = io.pandion.protocol.DataType.Int16;
  private static final io.pandion.protocol.DataType INT32 = io.pandion.protocol.DataType.Int32;

  private static FieldSchema text(
      long id, String name, boolean nullable, @Nullable Object defaultValue) {
    return new FieldSchema(
        id,
        name,
        "",
        DataType.VARCHAR,
        false,
        false,
        false,
        false,
        nullable,
        defaultValue,
        10,
        0,
        false,
        Map.of());
  }

  private static FieldSchema dynamic() {
    return new FieldSchema(
        120,
        "$meta",
        "",
        DataType.JSON,
        false,
        false,
        false,
        false,
        false,
        null,
        0,
        0,
        true,
        Map.of());
  }

  private static CollectionSchema schema(boolean dynamic, boolean autoId) {
    List<FieldSchema> fields =
        new ArrayList<>(
            List.of(
                new FieldSchema(
                    100,
                    "id",
                    "",
                    DataType.INT64,
                    true,
                    autoId,
                    false,
                    false,
                    false,
                    null,
                    0,
                    0,
                    false,
                    Map.of()),
                FieldSchema.of(101, "flag", DataType.BOOL),
                FieldSchema.of(102, "i8", DataType.INT8),
                FieldSchema.of(103, "i16", DataType.INT16),
                FieldSchema.of(104, "i32", DataType.INT32).asNullable(),
                FieldSchema.of(105, "i64", DataType.INT64),
                FieldSchema.of(106, "f", DataType.FLOAT),
                FieldSchema.of(107, "d", DataType.DOUBLE),
                text(108, "name", true, null),
                text(109, "note", false, "x"),
                FieldSchema.of(110, "j", DataType.JSON),
                FieldSchema.of(111, "jn", DataType.JSON).asNullable(),
                FieldSchema.vector(112, "v", 2)));
    if (dynamic) {
      fields.add(dynamic());
    }
    return new CollectionSchema("c", "", fields, dynamic, 1);
  }

  private static List<FieldData> good() {
    return new ArrayList<>(
        List.of(
            longs("id", 1L, 2L),
            bools("flag", true, false),
            ints("i8", INT8, -128, 127),
            ints("i16", INT16, -32768, 32767),
            valid(ints("i32", INT32, 7), false, true),
            longs("i64", Long.MIN_VALUE, Long.MAX_VALUE),
            floats("f", 1f, 2f),
            doubles("d", 1d, 2d),
            valid(strings("name", "", "anna"), false, true),
            valid(strings("note", "n"), true, false),
            json("j", "{\"a\":1}", "[1]"),
            json("jn", "", "3"),
            vectors("v", 2, 1f, 2f, 3f, 4f)));
  }

  private static List<FieldData> with(FieldData changed) {
    List<FieldData> out = good();
    out.removeIf(f -> f.getFieldName().equals(changed.getFieldName()));
    out.add(changed);
    return out;
  }

  private static List<FieldData> without(String name) {
    List<FieldData> out = good();
    out.removeIf(f -> f.getFieldName().equals(name));
    return out;
  }

  private static RowBatch decode(boolean dynamic, List<FieldData> data) {
    return new RowBatch(2, new RowDecoder(schema(dynamic, false), KeyRule.GIVEN).decode(data, 2));
  }

  @Test
  void every_type_is_read_with_compact_and_full_nulls() {
    RowBatch rows = decode(false, good());
    assertThat(rows.column(101L).value(0)).isEqualTo(true);
    assertThat(rows.column(102L).value(0)).isEqualTo(-128);
    assertThat(rows.column(103L).value(1)).isEqualTo(32767);
    assertThat(rows.column(104L).value(0)).isNull();
    assertThat(rows.column(104L).value(1)).isEqualTo(7);
    assertThat(rows.column(105L).value(1)).isEqualTo(Long.MAX_VALUE);
    assertThat(rows.column(106L).value(1)).isEqualTo(2f);
    assertThat(rows.column(107L).value(1)).isEqualTo(2d);
    assertThat(rows.column(108L).value(0)).isNull();
    assertThat(rows.column(108L).value(1)).isEqualTo("anna");
    assertThat(rows.column(109L).value(0)).isEqualTo("n");
    assertThat(rows.column(109L).value(1)).as("the default").isEqualTo("x");
    assertThat(string(rows.column(110L), 0)).isEqualTo("{\"a\":1}");
    assertThat(rows.column(111L).value(0)).as("an empty text is null").isNull();
    assertThat((float[]) rows.column(112L).value(1)).containsExactly(3f, 4f);
  }

  @Test
  void absent_columns_become_null_or_their_default() {
    List<FieldData> data = good();
    data.removeIf(f -> List.of("name", "note", "i32", "jn").contains(f.getFieldName()));
    RowBatch rows = decode(false, data);
    assertThat(rows.column(108L).value(1)).isNull();
    assertThat(rows.column(109L).value(0)).isEqualTo("x");
    assertThat(rows.column(104L).value(0)).isNull();
    assertThat(rows.column(111L).value(0)).isNull();
  }

  @Test
  void unknown_columns_go_to_the_dynamic_field() {
    List<FieldData> data = good();
    data.add(meta("{\"a\":1}", "{}"));
    data.add(strings("color", "red", "blue"));
    data.add(valid(longs("size", 5L), false, true));
    data.add(json("tags", "[1]", "[2]"));
    Column rows = decode(true, data).column(120L);
    assertThat(string(rows, 0)).isEqualTo("{\"a\":1,\"color\":\"red\",\"tags\":[1]}");
    assertThat(string(rows, 1)).isEqualTo("{\"color\":\"blue\",\"size\":5,\"tags\":[2]}");
  }

  @Test
  void a_row_without_dynamic_data_has_an_empty_object() {
    assertThat(string(decode(true, good()).column(120L), 1)).isEqualTo("{}");
  }

  @Test
  void generated_keys_are_left_out() {
    RowDecoder decoder = new RowDecoder(schema(false, true), KeyRule.GENERATED);
    assertThat(decoder.decode(without("id"), 2)).doesNotContainKey(100L);
    RowDecoder either = new RowDecoder(schema(false, true), KeyRule.EITHER);
    assertThat(either.decode(good(), 2)).containsKey(100L);
    assertThat(either.decode(without("id"), 2)).doesNotContainKey(100L);
  }

  private static String string(Column column, int row) {
    return new String(((Column.Json) column).get(row), StandardCharsets.UTF_8);
  }

  static Stream<Arguments> bad() {
    String big = "\"" + "x".repeat(JsonText.MAX_BYTES) + "\"";
    return Stream.of(
        arguments("no key column", without("id"), "'id': must assign the primary key"),
        arguments("no bool column", without("flag"), "'flag': has no corresponding data"),
        arguments("no json column", without("j"), "'j': has no corresponding data"),
        arguments("no vector column", without("v"), "'v': has no corresponding data"),
        arguments("unknown field", plus(longs("nope", 1L, 2L)), "'nope': collection 'c' has no"),
        arguments("meta without dynamic", plus(meta("{}", "{}")), "'$meta': collection 'c'"),
        arguments("column twice", plus(longs("id", 1L, 2L)), "'id': the request has two columns"),
        arguments("too few", with(longs("i64", 1L)), "'i64': the column has 1 values"),
        arguments("too many", with(bools("flag", true, true, true)), "'flag': the column has 3"),
        arguments("no values", with(longs("i64")), "'i64': the column has 0 values"),
        arguments(
            "long for bool", with(longs("flag", 1L, 2L)), "'flag': the data is of type Int64"),
        arguments(
            "string for long", with(strings("i64", "1", "2")), "'i64': the data is of type V"),
        arguments(
            "int for long", with(ints("i64", INT32, 1, 2)), "'i64': the data is of type Int3"),
        arguments("float for double", with(floats("d", 1f, 2f)), "'d': the data is of type Float"),
        arguments(
            "json for text", with(json("name", "1", "2")), "'name': the data is of type JSON"),
        arguments(
            "text for json", with(strings("j", "1", "2")), "'j': the data is of type VarChar"),
        arguments(
            "vector for float", with(vectors("f", 1, 1f, 2f)), "'f': the data is of type Flo"),
        arguments("float for vector", with(floats("v", 1f, 2f)), "'v': the data is of type Float,"),
        arguments(
            "wrong values behind the right type",
            with(
                strings("i64", "1").toBuilder()
                    .setType(io.pandion.protocol.DataType.Int64)
                    .build()),
            "'i64': the data is STRING_DATA"),
        arguments(
            "vector behind a scalar type",
            with(
                vectors("f", 1, 1f).toBuilder()
                    .setType(io.pandion.protocol.DataType.Float)
                    .build()),
            "'f': the data is a vector"),
        arguments(
            "scalar behind a vector type",
            with(
                floats("v", 1f, 1f).toBuilder()
                    .setType(io.pandion.protocol.DataType.FloatVector)
                    .build()),
            "'v': the data is SCALARS"),
        arguments("int8 above", with(ints("i8", INT8, 1, 128)), "'i8', row 1: value 128 is out"),
        arguments("int8 below", with(ints("i8", INT8, -129, 0)), "'i8', row 0: value -129"),
        arguments("int16 above", with(ints("i16", INT16, 32768, 0)), "'i16', row 0: value 32768"),
        arguments("int16 below", with(ints("i16", INT16, 0, -32769)), "'i16', row 1: value -3276"),
        arguments("float NaN", with(floats("f", 1f, Float.NaN)), "'f', row 1: value NaN"),
        arguments(
            "float inf", with(floats("f", Float.NEGATIVE_INFINITY, 1f)), "'f', row 0: value -I"),
        arguments("double NaN", with(doubles("d", Double.NaN, 1d)), "'d', row 0: value NaN"),
        arguments(
            "double inf",
            with(doubles("d", 0d, Double.POSITIVE_INFINITY)),
            "'d', row 1: value Inf"),
        arguments("long text", with(strings("name", "a", "12345678901")), "'name', row 1: length"),
        arguments("long utf-8", with(strings("name", "äöüäöü", "a")), "12 bytes, at most 10"),
        arguments(
            "null bool", with(valid(bools("flag", true), true, false)), "'flag', row 1: the v"),
        arguments(
            "null key", with(valid(longs("id", 1L), false, true)), "'id', row 0: the value is"),
        arguments(
            "null json", with(valid(json("j", "1"), true, false)), "'j', row 1: the value is"),
        arguments(
            "null vector",
            with(valid(vectors("v", 2, 1f, 2f), true, false)),
            "'v', row 1: a vector"),
        arguments(
            "marks", with(valid(strings("name", "a", "b"), true)), "'name': valid_data has 1"),
        arguments(
            "values and marks disagree",
            with(valid(ints("i32", INT32), false, true)),
            "'i32': the column has 0 values, the request has 2 rows, 1 of them null"),
        arguments(
            "bad json", with(json("j", "1", "{\"a\":")), "'j', row 1: the value is not valid"),
        arguments("two json values", with(json("j", "1 2", "1")), "something follows the value"),
        arguments(
            "empty json", with(json("j", "", "1")), "'j', row 0: the value is not valid JSON"),
        arguments(
            "json NaN", with(json("j", "NaN", "1")), "'j', row 0: the value is not valid JSON"),
        arguments("big json", with(json("j", big, "1")), "'j', row 0: the JSON text has 65538 byt"),
        arguments(
            "dim", with(vectors("v", 3, 1f, 2f, 3f, 1f, 2f, 3f)), "'v': the vectors have dime"),
        arguments("half a vector", with(vectors("v", 2, 1f, 2f, 3f)), "'v': 3 floats are not 2"),
        arguments("no vectors", with(vectors("v", 2)), "'v': 0 floats are not 2 vectors"),
        arguments(
            "NaN in a vector", with(vectors("v", 2, 1f, 2f, Float.NaN, 1f)), "'v', row 1: va"),
        arguments(
            "inf in a vector",
            with(vectors("v", 2, 1f, Float.POSITIVE_INFINITY, 1f, 1f)),
            "'v', row 0: value Infinity"),
        arguments("key twice", with(longs("id", 5L, 5L)), "'id', row 1: duplicate primary keys"));
  }

  private static List<FieldData> plus(FieldData added) {
    List<FieldData> out = good();
    out.add(added);
    return out;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bad")
  void bad_rows_name_the_field_and_the_value(String name, List<FieldData> data, String message) {
    assertThatThrownBy(() -> decode(false, data))
        .as(name)
        .isInstanceOfSatisfying(
            PandionException.class,
            e -> assertThat(e.reason()).isEqualTo(PandionException.Reason.INVALID_REQUEST))
        .hasMessageContaining(message);
  }

  static Stream<Arguments> badDynamic() {
    return Stream.of(
        arguments("an array", List.of(meta("[]", "{}")), "'$meta', row 0: the dynamic field must"),
        arguments("no json", List.of(meta("{}", "{")), "'$meta', row 1: the value is not valid"),
        arguments(
            "nested meta", List.of(meta("{\"$meta\":1}", "{}")), "cannot set json key to: $m"),
        arguments(
            "key twice",
            List.of(meta("{\"a\":1}", "{}"), longs("a", 1L, 2L)),
            "'$meta', row 0: the key 'a' is given twice"),
        arguments("a vector", List.of(vectors("w", 1, 1f, 2f)), "'w': the schema does not have it"),
        arguments("NaN", List.of(doubles("w", 1d, Double.NaN)), "'w': row 1: value NaN"),
        arguments("broken", List.of(json("w", "{", "1")), "'w': row 0"),
        arguments("count", List.of(longs("w", 1L)), "'w': the column has 1 values"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badDynamic")
  void bad_dynamic_data_is_refused(String name, List<FieldData> added, String message) {
    List<FieldData> data = good();
    data.addAll(added);
    assertThatThrownBy(() -> decode(true, data))
        .as(name)
        .isInstanceOf(PandionException.class)
        .hasMessageContaining(message);
  }

  @Test
  void the_number_of_rows_must_be_sensible() {
    RowDecoder decoder = new RowDecoder(schema(false, false), KeyRule.GIVEN);
    assertThatThrownBy(() -> decoder.decode(good(), 0)).hasMessageContaining("num_rows is 0");
    assertThatThrownBy(() -> decoder.decode(good(), 4_000_000_000L))
        .hasMessageContaining("num_rows is 4000000000, at most");
  }

  @Test
  void a_key_that_the_server_generates_must_not_be_given() {
    RowDecoder decoder = new RowDecoder(schema(false, true), KeyRule.GENERATED);
    assertThatThrownBy(() -> decoder.decode(good(), 2))
        .hasMessageContaining("allow_insert_auto_id");
  }
}
