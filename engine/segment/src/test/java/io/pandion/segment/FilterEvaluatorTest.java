package io.pandion.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.Filter;
import io.pandion.model.Filter.Comparison;
import io.pandion.model.Filter.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FilterEvaluatorTest {
  private static final Value.Field INT = new Value.Field(1, DataType.INT64);
  private static final Value.Field REAL = new Value.Field(2, DataType.DOUBLE);
  private static final Value.Field TEXT = new Value.Field(3, DataType.VARCHAR);

  private final Map<Long, FieldValues> fields =
      Map.of(
          1L, column(1, DataType.INT64, 1L, null, 3L, Long.MAX_VALUE),
          2L, column(2, DataType.DOUBLE, 0.5, 1.0, null, 9.223372036854776E18),
          3L, column(3, DataType.VARCHAR, "apple", "a%b", "", null),
          4L,
              column(
                  4,
                  DataType.JSON,
                  "{\"a\":1,\"b\":{\"c\":[1,\"x\",2.5]},\"t\":true}",
                  "{\"a\":\"1\"}",
                  "{\"a\":null}",
                  null));

  private static FieldValues column(long id, DataType type, @Nullable Object... values) {
    ColumnBuilder builder = new ColumnBuilder(type, 0);
    Arrays.stream(values).forEach(builder::add);
    Column column = builder.build();
    GrowingColumn out = new GrowingColumn(FieldSchema.of(id, "f" + id, type).asNullable());
    out.append(column, 0);
    return out;
  }

  private List<Integer> rows(Filter filter) {
    long[] words =
        new FilterEvaluator(id -> java.util.Objects.requireNonNull(fields.get(id)), _ -> null)
            .evaluate(filter, RowReads.all(4));
    List<Integer> out = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      if ((words[0] & (1L << i)) != 0) {
        out.add(i);
      }
    }
    return out;
  }

  private static Filter compare(Value left, Comparison c, Object right) {
    return new Filter.Compare(c, left, new Value.Literal(right));
  }

  private static Value.JsonPath json(Object... steps) {
    return new Value.JsonPath(4, List.of(steps));
  }

  @Test
  void a_comparison_with_null_is_unknown_and_its_negation_too() {
    Filter one = compare(INT, Comparison.EQUAL, 1L);
    assertThat(rows(one)).containsExactly(0);
    assertThat(rows(new Filter.Not(one))).containsExactly(2, 3);
    assertThat(rows(compare(INT, Comparison.NOT_EQUAL, 1L))).containsExactly(2, 3);
    assertThat(rows(new Filter.IsNull(INT))).containsExactly(1);
    assertThat(rows(new Filter.Not(new Filter.IsNull(INT)))).containsExactly(0, 2, 3);
  }

  @Test
  void unknown_or_true_is_true_and_unknown_and_false_is_false() {
    Filter unknownForRow1 = compare(INT, Comparison.EQUAL, 1L);
    Filter trueForRow1 = compare(REAL, Comparison.EQUAL, 1L);
    assertThat(rows(new Filter.Or(List.of(unknownForRow1, trueForRow1)))).containsExactly(0, 1);
    assertThat(
            rows(
                new Filter.Not(
                    new Filter.And(
                        List.of(unknownForRow1, compare(REAL, Comparison.GREATER, 100L))))))
        .as("row 1: not (unknown and false) = true; row 2: unknown and the other false first")
        .contains(1);
  }

  @Test
  void integers_and_reals_compare_by_value_beyond_the_precision_of_doubles() {
    assertThat(rows(compare(INT, Comparison.LESS, 0x1p63)))
        .as("Long.MAX_VALUE is below 2^63")
        .containsExactly(0, 2, 3);
    assertThat(rows(compare(REAL, Comparison.GREATER, Long.MAX_VALUE))).containsExactly(3);
    assertThat(rows(compare(INT, Comparison.GREATER_OR_EQUAL, 2.5))).containsExactly(2, 3);
    assertThat(rows(new Filter.Compare(Comparison.LESS, new Value.Literal(2L), INT)))
        .containsExactly(2, 3);
  }

  @Test
  void arithmetic_with_a_zero_divisor_is_unknown() {
    Value quotient = new Value.Arithmetic(Value.Operator.DIVIDE, INT, new Value.Literal(0L));
    Filter f = compare(quotient, Comparison.EQUAL, 0L);
    assertThat(rows(f)).isEmpty();
    assertThat(rows(new Filter.Not(f))).isEmpty();
    Value rest = new Value.Arithmetic(Value.Operator.MODULO, INT, new Value.Literal(2L));
    assertThat(rows(compare(rest, Comparison.EQUAL, 1L))).containsExactly(0, 2, 3);
  }

  @Test
  void like_knows_runs_single_characters_and_escapes() {
    assertThat(rows(new Filter.Like(TEXT, "a%"))).containsExactly(0, 1);
    assertThat(rows(new Filter.Like(TEXT, "%pp%"))).containsExactly(0);
    assertThat(rows(new Filter.Like(TEXT, "%e"))).containsExactly(0);
    assertThat(rows(new Filter.Like(TEXT, "a\\%b"))).containsExactly(1);
    assertThat(rows(new Filter.Like(TEXT, "_pp_e"))).containsExactly(0);
    assertThat(rows(new Filter.Like(TEXT, "a%b"))).containsExactly(1);
    assertThat(rows(new Filter.Like(TEXT, ""))).containsExactly(2);
    assertThat(rows(new Filter.Like(TEXT, "%"))).containsExactly(0, 1, 2);
  }

  @Test
  void in_matches_by_value_and_an_empty_list_matches_nothing() {
    assertThat(rows(new Filter.In(INT, List.of(new Value.Literal(3L), new Value.Literal(9L)))))
        .containsExactly(2);
    assertThat(rows(new Filter.Not(new Filter.In(INT, List.of(new Value.Literal(3L))))))
        .containsExactly(0, 3);
    assertThat(rows(new Filter.In(INT, List.of()))).isEmpty();
    assertThat(rows(new Filter.In(TEXT, List.of(new Value.Literal("apple"))))).containsExactly(0);
  }

  @Test
  void json_of_another_type_or_missing_is_unknown() {
    assertThat(rows(compare(json("a"), Comparison.EQUAL, 1L))).containsExactly(0);
    assertThat(rows(compare(json("a"), Comparison.NOT_EQUAL, 2L))).containsExactly(0);
    assertThat(rows(compare(json("a"), Comparison.EQUAL, "1"))).containsExactly(1);
    assertThat(rows(compare(json("b", "c", 2), Comparison.GREATER, 2L))).containsExactly(0);
    assertThat(rows(new Filter.Truth(json("t")))).containsExactly(0);
    assertThat(rows(new Filter.Exists(json("a")))).containsExactly(0, 1);
    assertThat(rows(new Filter.IsNull(json("a")))).containsExactly(2, 3);
  }

  @Test
  void json_contains_looks_into_arrays() {
    List<Value.Literal> both = List.of(new Value.Literal(1L), new Value.Literal("y"));
    assertThat(rows(new Filter.JsonContains(json("b", "c"), both, false))).containsExactly(0);
    assertThat(rows(new Filter.JsonContains(json("b", "c"), both, true))).isEmpty();
  }
}
