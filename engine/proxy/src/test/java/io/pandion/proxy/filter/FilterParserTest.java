package io.pandion.proxy.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.model.CollectionSchema;
import io.pandion.model.DataType;
import io.pandion.model.Filter;
import io.pandion.model.Filter.Comparison;
import io.pandion.model.Filter.Value;
import io.pandion.model.Filter.Value.Operator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilterParserTest {
  private static final CollectionSchema SCHEMA = Birds.schema(true);
  private static final Value.Field ID = new Value.Field(100, DataType.INT64);
  private static final Value.Field SMALL = new Value.Field(101, DataType.INT8);
  private static final Value.Field REAL = new Value.Field(102, DataType.FLOAT);
  private static final Value.Field WIDE = new Value.Field(103, DataType.DOUBLE);
  private static final Value.Field NAME = new Value.Field(104, DataType.VARCHAR);
  private static final Value.Field FLAG = new Value.Field(105, DataType.BOOL);

  private static @Nullable Filter parse(String expression) {
    return FilterParser.parse(expression, SCHEMA, Map.of());
  }

  private static Filter is(Value left, Comparison comparison, Object right) {
    return new Filter.Compare(
        comparison, left, right instanceof Value v ? v : new Value.Literal(right));
  }

  private static Filter equal(Value left, Object right) {
    return is(left, Comparison.EQUAL, right);
  }

  private static Value.JsonPath doc(Object... steps) {
    return new Value.JsonPath(106, List.of(steps));
  }

  private static Value.JsonPath meta(Object... steps) {
    return new Value.JsonPath(109, List.of(steps));
  }

  private static Filter in(Value value, Object... items) {
    return new Filter.In(value, Stream.of(items).map(Value.Literal::new).toList());
  }

  private static Value calc(Operator operator, Object left, Object right) {
    return new Value.Arithmetic(
        operator,
        left instanceof Value v ? v : new Value.Literal(left),
        right instanceof Value v ? v : new Value.Literal(right));
  }

  static Stream<Arguments> good() {
    Filter one = equal(ID, 1L);
    Filter two = equal(SMALL, 2L);
    Filter three = equal(NAME, "x");
    return Stream.of(
        // literals
        Arguments.of("id == 1", one),
        Arguments.of("  id==1\n", one),
        Arguments.of("1 == id", one),
        Arguments.of("id == 0x1F", equal(ID, 31L)),
        Arguments.of("id == 0b101", equal(ID, 5L)),
        Arguments.of("id == 017", equal(ID, 15L)),
        Arguments.of("id == 0", equal(ID, 0L)),
        Arguments.of("id == -9223372036854775808", equal(ID, Long.MIN_VALUE)),
        Arguments.of("wide == 1.5e3", equal(WIDE, 1500.0)),
        Arguments.of("wide == .5", equal(WIDE, 0.5)),
        Arguments.of("wide == 2.", equal(WIDE, 2.0)),
        Arguments.of("wide == 0x1.8p1", equal(WIDE, 3.0)),
        Arguments.of("wide == 1", equal(WIDE, 1.0)),
        Arguments.of("real == 0.1", equal(REAL, (double) 0.1f)),
        Arguments.of("real < 1e300", is(REAL, Comparison.LESS, 1e300)),
        Arguments.of("id < 2.5", is(ID, Comparison.LESS, 2.5)),
        Arguments.of("id < 2.0", is(ID, Comparison.LESS, 2L)),
        Arguments.of("small < 1000", is(SMALL, Comparison.LESS, 1000L)),
        Arguments.of("name == \"a\\n\\\"\\x41\\u00e9\\101\"", equal(NAME, "a\n\"A\u00e9A")),
        Arguments.of("name == \"\\U0001F426\"", equal(NAME, "\uD83D\uDC26")),
        Arguments.of("name == 'it\\'s \"q\"'", equal(NAME, "it's \"q\"")),
        Arguments.of("name == r\"a\\n\"", equal(NAME, "a\\n")),
        Arguments.of("name == R'\\d'", equal(NAME, "\\d")),
        Arguments.of("name == '\uD83D\uDC26'", equal(NAME, "\uD83D\uDC26")),
        Arguments.of("name == ''", equal(NAME, "")),
        Arguments.of("flag == True", equal(FLAG, true)),
        Arguments.of("flag != FALSE", is(FLAG, Comparison.NOT_EQUAL, false)),
        // comparisons and ranges
        Arguments.of("5 > id", is(ID, Comparison.LESS, 5L)),
        Arguments.of("name >= 'a'", is(NAME, Comparison.GREATER_OR_EQUAL, "a")),
        Arguments.of("id == small", equal(ID, SMALL)),
        Arguments.of("id < wide", is(ID, Comparison.LESS, WIDE)),
        Arguments.of(
            "1 < id <= 5",
            new Filter.And(
                List.of(is(ID, Comparison.GREATER, 1L), is(ID, Comparison.LESS_OR_EQUAL, 5L)))),
        Arguments.of(
            "5 >= id > small",
            new Filter.And(
                List.of(is(ID, Comparison.LESS_OR_EQUAL, 5L), is(ID, Comparison.GREATER, SMALL)))),
        // logic
        Arguments.of("id == 1 and small == 2", new Filter.And(List.of(one, two))),
        Arguments.of(
            "id == 1 && small == 2 AND name == 'x'", new Filter.And(List.of(one, two, three))),
        Arguments.of(
            "id == 1 or small == 2 and name == 'x'",
            new Filter.Or(List.of(one, new Filter.And(List.of(two, three))))),
        Arguments.of(
            "(id == 1 || small == 2) and name == 'x'",
            new Filter.And(List.of(new Filter.Or(List.of(one, two)), three))),
        Arguments.of("not id == 1", new Filter.Not(one)),
        Arguments.of("!(id == 1)", new Filter.Not(one)),
        Arguments.of("NOT not id == 1", one),
        Arguments.of(
            "not id == 1 and small == 2", new Filter.And(List.of(new Filter.Not(one), two))),
        Arguments.of("flag", new Filter.Truth(FLAG)),
        Arguments.of("not flag", new Filter.Not(new Filter.Truth(FLAG))),
        Arguments.of(
            "doc['a'] and flag",
            new Filter.And(List.of(new Filter.Truth(doc("a")), new Filter.Truth(FLAG)))),
        // in, like, null
        Arguments.of("id in [1, 2,3]", in(ID, 1L, 2L, 3L)),
        Arguments.of("id IN[1,]", in(ID, 1L)),
        Arguments.of("id not in [-1, 2+3]", new Filter.Not(in(ID, -1L, 5L))),
        Arguments.of("id in []", in(ID)),
        Arguments.of("real in [1, 2]", in(REAL, 1.0, 2.0)),
        Arguments.of("wide in [1, 0.1]", in(WIDE, 1.0, 0.1)),
        Arguments.of("name in ['a', \"b\"]", in(NAME, "a", "b")),
        Arguments.of("flag in [true]", in(FLAG, true)),
        Arguments.of("doc['a'] in [1, 2.5]", in(doc("a"), 1L, 2.5)),
        Arguments.of("name like 'a%'", new Filter.Like(NAME, "a%")),
        Arguments.of("not name LIKE 'a%'", new Filter.Not(new Filter.Like(NAME, "a%"))),
        Arguments.of("name like '5\\%\\_'", new Filter.Like(NAME, "5\\%\\_")),
        Arguments.of("name like '5\\\\%'", new Filter.Like(NAME, "5\\%")),
        Arguments.of("doc['a'] like '%b'", new Filter.Like(doc("a"), "%b")),
        Arguments.of("name is null", new Filter.IsNull(NAME)),
        Arguments.of("name IS  NOT\tNULL", new Filter.Not(new Filter.IsNull(NAME))),
        Arguments.of("doc is null", new Filter.IsNull(new Value.Field(106, DataType.JSON))),
        Arguments.of("doc['a'] is null", new Filter.IsNull(doc("a"))),
        Arguments.of("Like == 1", equal(new Value.Field(108, DataType.INT64), 1L)),
        // JSON and dynamic fields
        Arguments.of("doc[\"a\"]['b'][0] == 1", equal(doc("a", "b", 0), 1L)),
        Arguments.of("doc[r'\\d'] == 'x'", equal(doc("\\d"), "x")),
        Arguments.of("doc['a'] > small", is(doc("a"), Comparison.GREATER, SMALL)),
        Arguments.of("doc['a'] == doc['b']", equal(doc("a"), doc("b"))),
        Arguments.of("doc == 1", equal(doc(), 1L)),
        Arguments.of("color == 'red'", equal(meta("color"), "red")),
        Arguments.of("color['r'][1] == 2", equal(meta("color", "r", 1), 2L)),
        Arguments.of("$meta['color'] == 'red'", equal(meta("color"), "red")),
        Arguments.of("exists color", new Filter.Exists(meta("color"))),
        Arguments.of("EXISTS doc['a']['b']", new Filter.Exists(doc("a", "b"))),
        Arguments.of(
            "json_contains(doc['a'], 1)",
            new Filter.JsonContains(doc("a"), List.of(new Value.Literal(1L)), true)),
        Arguments.of(
            "JSON_CONTAINS_ALL(tags, ['x', 2])",
            new Filter.JsonContains(
                meta("tags"), List.of(new Value.Literal("x"), new Value.Literal(2L)), true)),
        Arguments.of(
            "not json_contains_any($meta['tags'], [true])",
            new Filter.Not(
                new Filter.JsonContains(meta("tags"), List.of(new Value.Literal(true)), false))),
        // arithmetic and folding
        Arguments.of("id + 1 == 3", equal(calc(Operator.ADD, ID, 1L), 3L)),
        Arguments.of(
            "id + 2 * small == 3",
            equal(calc(Operator.ADD, ID, calc(Operator.MULTIPLY, 2L, SMALL)), 3L)),
        Arguments.of(
            "(id + 2) * small == 3",
            equal(calc(Operator.MULTIPLY, calc(Operator.ADD, ID, 2L), SMALL), 3L)),
        Arguments.of(
            "id - 1 - 2 == 3",
            equal(calc(Operator.SUBTRACT, calc(Operator.SUBTRACT, ID, 1L), 2L), 3L)),
        Arguments.of("id % 2 == 0", equal(calc(Operator.MODULO, ID, 2L), 0L)),
        Arguments.of(
            "doc['a'] / 2 > 1", is(calc(Operator.DIVIDE, doc("a"), 2L), Comparison.GREATER, 1L)),
        Arguments.of("id ** 2 == 4", equal(calc(Operator.POWER, ID, 2L), 4L)),
        Arguments.of("-id == 4", equal(calc(Operator.SUBTRACT, 0L, ID), 4L)),
        Arguments.of("+id == 4", equal(ID, 4L)),
        Arguments.of("id == 1 + 2 * 3", equal(ID, 7L)),
        Arguments.of("id == 7 / 2", equal(ID, 3L)),
        Arguments.of("id == -7 % 4", equal(ID, -3L)),
        Arguments.of("id == 2 ** 3", equal(ID, 8L)),
        Arguments.of("wide == 2 ** -1", equal(WIDE, 0.5)),
        Arguments.of("wide == -2 ** 2", equal(WIDE, -4.0)),
        Arguments.of("wide == 2 ** 3 ** 2", equal(WIDE, 64.0)),
        Arguments.of("true", new Filter.Constant(true)),
        Arguments.of("1 < 2 and id == 1", one),
        Arguments.of("1 > 2 and id == 1", new Filter.Constant(false)),
        Arguments.of("'a' == 'b' or id == 1", one),
        Arguments.of("9007199254740993 > 9007199254740992.0", new Filter.Constant(true)),
        Arguments.of("not (1 == 1.0)", new Filter.Constant(false)));
  }

  @ParameterizedTest
  @MethodSource("good")
  void a_good_expression_becomes_its_filter(String expression, Filter expected) {
    assertThat(parse(expression)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "\n\t"})
  void an_empty_expression_is_no_filter(String expression) {
    assertThat(parse(expression)).isNull();
  }

  @Test
  void many_conditions_and_long_lists_are_one_level() {
    String many = "id == 1" + " or small == 2".repeat(50_000);
    assertThat(parse(many))
        .isInstanceOfSatisfying(Filter.Or.class, or -> assertThat(or.operands()).hasSize(50_001));
    StringBuilder list = new StringBuilder("id in [0");
    for (int i = 1; i < 100_000; i++) {
      list.append(',').append(i * 10);
    }
    assertThat(parse(list.append("]").toString()))
        .isInstanceOfSatisfying(Filter.In.class, in -> assertThat(in.items()).hasSize(100_000));
  }

  @Test
  void two_hundred_parentheses_are_fine() {
    assertThat(parse("(".repeat(200) + "id == 1" + ")".repeat(200))).isEqualTo(equal(ID, 1L));
  }
}
