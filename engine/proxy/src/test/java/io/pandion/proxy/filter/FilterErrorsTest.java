package io.pandion.proxy.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pandion.model.CollectionSchema;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.protocol.LongArray;
import io.pandion.protocol.TemplateArrayValue;
import io.pandion.protocol.TemplateValue;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilterErrorsTest {
  private static final CollectionSchema SCHEMA = Birds.schema(false);

  private static PandionException failure(String expression) {
    return failure(expression, Map.of());
  }

  private static PandionException failure(String expression, Map<String, TemplateValue> templates) {
    return catchThrowableOfType(
        PandionException.class, () -> FilterParser.parse(expression, SCHEMA, templates));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          id ==                            | unexpected end of the expression, at position 6
          id = 1                           | unexpected '=', equality is '==', at position 4
          == 1                             | unexpected '==', at position 1
          (id == 1                         | unexpected end of the expression
          id == 1)                         | unexpected ')', at position 8
          id == 1 id                       | unexpected 'id', at position 9
          id == 1 And flag                 | unexpected 'And', at position 9
          id in [1, 2                      | unexpected end of the expression
          id in [,]                        | unexpected ','
          id == 08                         | '08' is not an integer of 64 bits
          id == 9223372036854775808        | '9223372036854775808' is not an integer of 64 bits
          id == -9223372036854775809       | '-9223372036854775809' is not an integer of 64 bits
          id == 0x                         | unexpected 'x', at position 8
          id == 1a                         | unexpected 'a'
          wide == 1e999                    | '1e999' is beyond the range of DOUBLE
          name == "abc                     | string "abc is not closed, at position 9
          name == 'abc"                    | string 'abc" is not closed
          name == "\\u12"                  | string "\\u12" has a wrong escape, at position 9
          name == "\\UFFFFFFFF"            | has a wrong escape
          id == #                          | unexpected character '#', at position 7
          color == 1                       | field 'color' does not exist in collection 'birds'
          $meta["a"] == 1                  | field '$meta' does not exist
          vec == 1                         | field 'vec' is a FLOAT_VECTOR
          vec is null                      | field 'vec' is a FLOAT_VECTOR
          name == 1                        | cannot compare 'name' (VARCHAR) with '1' (INT64)
          1 < name                         | cannot compare '1' (INT64) with 'name' (VARCHAR)
          id == "1"                        | cannot compare 'id' (INT64) with '"1"' (VARCHAR)
          id == name                       | cannot compare 'id' (INT64) with 'name' (VARCHAR)
          id + 1 == "1"                    | cannot compare 'id + 1' (a number) with '"1"' (VARCHAR)
          flag == 1                        | cannot compare 'flag' (BOOL) with '1' (INT64)
          flag > true                      | BOOL has no order
          doc["a"] < true                  | BOOL has no order
          1 == "1"                         | cannot compare '1' (INT64) with '"1"' (VARCHAR)
          id == [1]                        | cannot compare 'id' (INT64) with '[1]' (a list)
          id == 1 == true                  | 'id == 1' is a condition where a value is needed
          id == (small == 1)               | 'small == 1' is a condition where a value is needed
          1 < id > 2                       | range '1 < id > 2' compares in two directions
          id                               | predicate is not a boolean expression: 'id' is INT64
          not name                         | 'name' is VARCHAR
          1                                | '1' is INT64
          id == 1 and 2                    | '2' is INT64, at position 13
          id in 1                          | 'in' needs a list, '1' is none
          id in [1, "a"]                   | value 'a' (VARCHAR) does not fit into the list for 'id' (INT64)
          id in [1.5]                      | value '1.5' (DOUBLE) does not fit
          name in [1]                      | value '1' (INT64) does not fit into the list for 'name' (VARCHAR)
          flag in [1]                      | value '1' (INT64) does not fit into the list for 'flag' (BOOL)
          doc["a"] in [1, "a"]             | value 'a' (VARCHAR) does not fit
          doc["a"] in [[1]]                | value '[1]' (a list) does not fit
          id in [small]                    | list item 'small' is not a constant
          1 in [1]                         | 'in' needs a field on its left, '1' is none
          id like "a"                      | 'like' works on VARCHAR and JSON, 'id' is INT64
          name like name                   | the pattern of 'like' is 'name', not a string
          name like 1                      | the pattern of 'like' is '1', not a string
          id + 1 is null                   | '1 is null' is a condition
          id == 1 and 1 is null            | '1' is neither a field nor a JSON path
          doc['a'                          | unexpected end of the expression, expected ']'
          exists id                        | 'exists' needs a JSON path, 'id' is none
          exists doc                       | 'exists' needs a JSON path, 'doc' is none
          id["a"] == 1                     | 'id["a"]' is a path, but field 'id' is INT64, not JSON
          doc[99999999999] == 1            | array index 99999999999 is out of range
          name + 1 == 2                    | arithmetic needs numbers, 'name' is VARCHAR
          flag + 1 == 2                    | arithmetic needs numbers, 'flag' is BOOL
          -name == 2                       | arithmetic needs numbers, 'name' is VARCHAR
          +flag == 2                       | arithmetic needs numbers, 'flag' is BOOL
          wide % 2 == 0                    | '%' needs integers, 'wide' is DOUBLE
          id % 2.5 == 0                    | '%' needs integers, '2.5' is DOUBLE
          id / 0 == 1                      | cannot divide by zero
          id % 0 == 1                      | cannot divide by zero
          id == 1 / 0                      | cannot divide by zero
          id == 9223372036854775807 + 1    | constant ADD of 9223372036854775807 and 1 is beyond the range of INT64
          wide == 10.0 ** 400              | constant POWER of 10.0 and 400 is Infinity
          wide == (-1) ** 0.5              | is NaN
          json_contains(id, 1)             | 'id' is not a JSON field or path
          json_contains(doc["a"])          | 'json_contains' takes two arguments
          json_contains(doc["a"], id)      | 'id' is not a constant
          json_contains_any(doc["a"], 1)   | 'json_contains_any' needs a list, '1' is none
          json_contains(doc, 1) == 2       | 'json_contains(doc, 1)' is a condition where a value is needed
          foo(id)                          | function 'foo' does not exist
          foo(id) == 1                     | function 'foo' does not exist
          name "x"                         | unexpected "x" after 'name', at position 6
          id == {x}                        | the value of expression template variable name {x} is not found
          """)
  void a_bad_expression_is_refused_naming_what_is_wrong(String expression, String message) {
    PandionException failure = failure(expression);
    assertThat(failure.reason()).isEqualTo(Reason.INVALID_REQUEST);
    assertThat(failure)
        .hasMessageStartingWith("cannot parse expression: " + expression + ", error: ")
        .hasMessageContaining(message)
        .hasMessageContaining(", at position ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          text_match(name, "a b")                                        | 'text_match'
          TEXT_MATCH(name, "a b", minimum_should_match=2)                | 'TEXT_MATCH'
          phrase_match(name, "a b", 1) and id == 1                       | 'phrase_match'
          array_length(doc) > 1                                          | 'array_length'
          array_contains(doc["a"], 1)                                    | 'array_contains'
          random_sample(0.5)                                             | 'random_sample'
          st_within(name, "POINT(1 1)")                                  | 'st_within'
          element_filter(structs, $[sub] > 1)                            | 'element_filter'
          match_least(structs, $[sub] > 1 && $ == 2, threshold=3)        | 'match_least'
          not match_all(structs, $[sub] in [1])                          | 'match_all'
          id & 1 == 1                                                    | '&'
          (id << 2) == 4                                                 | '<<'
          ~id == 4                                                       | '~'
          name =~ "a.*"                                                  | '=~'
          name !~ "a.*" or id == 1                                       | '!~'
          doc[sub] == 1                                                  | 'sub'
          $[sub] == 1                                                    | '$[sub]'
          doc["a"] == [1, 2]                                             | a list
          json_contains(doc["a"], [1])                                   | list '[1]'
          id > ISO "2025-01-01T00:00:00Z"                                | 'ISO'
          """)
  void what_milvus_has_and_pandion_lacks_is_unsupported_by_name(String expression, String name) {
    PandionException failure = failure(expression);
    assertThat(failure.reason()).as(failure.getMessage()).isEqualTo(Reason.UNSUPPORTED);
    assertThat(failure).hasMessageContaining(name).hasMessageContaining("not supported");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "1", "'", "id == 'x", "id in [1] ", "#"})
  void messages_stay_short(String start) {
    assertThat(failure(start + "7".repeat(500_000)))
        .satisfies(e -> assertThat(e.toString().length()).isLessThan(2000));
  }

  @Test
  void a_too_long_expression_is_refused() {
    assertThat(failure("id in [" + "1,".repeat(600_000) + "1]"))
        .hasMessageContaining("has 1200009 characters, 1048576 are allowed");
  }

  @Test
  void a_too_longList_is_refused() {
    TemplateValue longList =
        TemplateValue.newBuilder()
            .setArrayVal(
                TemplateArrayValue.newBuilder()
                    .setLongData(
                        LongArray.newBuilder()
                            .addAllData(java.util.Collections.nCopies(300_000, 1L))))
            .build();
    assertThat(failure("id in {ids}", Map.of("ids", longList)))
        .hasMessageContaining("the list has 300000 items, 262144 are allowed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(|id == 1|)",
        "not |flag|",
        "!|flag|",
        "- |id|",
        "exists |doc|",
        "1 + |id|",
        "1 + (|id|)",
        "2 ** |id|",
        "[|1|]",
        "flag or (id == 1 and (|flag|))",
        "json_contains(|doc|, 1)",
        "|id| + 1",
        "|id| * 2 - 1",
        "|flag| == true",
        "|id| in [1]",
        "|doc| is null",
      })
  void deep_nesting_is_refused_even_on_a_small_stack(String form) throws Exception {
    String[] parts = form.split("\\|", -1);
    String expression = parts[0].repeat(50_000) + parts[1] + parts[2].repeat(50_000);
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    Thread thread =
        new Thread(null, () -> thrown.set(catchThrowable(expression)), "small stack", 512 * 1024);
    thread.start();
    thread.join();
    assertThat(thrown.get())
        .isInstanceOf(PandionException.class)
        .hasMessageStartingWith("cannot parse expression: ");
  }

  private static @Nullable Throwable catchThrowable(String expression) {
    return org.assertj.core.api.Assertions.catchThrowable(
        () -> FilterParser.parse(expression, SCHEMA, Map.of()));
  }
}
