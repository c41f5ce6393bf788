package io.pandion.proxy.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.pandion.model.DataType;
import io.pandion.model.Filter;
import io.pandion.model.Filter.Value;
import io.pandion.protocol.BoolArray;
import io.pandion.protocol.DoubleArray;
import io.pandion.protocol.JSONArray;
import io.pandion.protocol.LongArray;
import io.pandion.protocol.StringArray;
import io.pandion.protocol.TemplateArrayValue;
import io.pandion.protocol.TemplateArrayValueArray;
import io.pandion.protocol.TemplateValue;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FilterTemplatesTest {
  private static final TemplateArrayValue LONGS =
      TemplateArrayValue.newBuilder()
          .setLongData(LongArray.newBuilder().addData(1).addData(2))
          .build();
  private static final Map<String, TemplateValue> TEMPLATES =
      Map.of(
          "yes", TemplateValue.newBuilder().setBoolVal(true).build(),
          "one", TemplateValue.newBuilder().setInt64Val(1).build(),
          "half", TemplateValue.newBuilder().setFloatVal(0.5).build(),
          "nan", TemplateValue.newBuilder().setFloatVal(Double.NaN).build(),
          "text", TemplateValue.newBuilder().setStringVal("a\"b").build(),
          "unset", TemplateValue.getDefaultInstance());

  private static @Nullable Filter parse(String expression) {
    return FilterParser.parse(expression, Birds.schema(true), TEMPLATES);
  }

  private static @Nullable Filter parse(String expression, TemplateArrayValue list) {
    TemplateValue value = TemplateValue.newBuilder().setArrayVal(list).build();
    return FilterParser.parse(expression, Birds.schema(true), Map.of("list", value));
  }

  private static Filter in(Value value, Object... items) {
    return new Filter.In(value, Stream.of(items).map(Value.Literal::new).toList());
  }

  private static Value field(long id, DataType type) {
    return new Value.Field(id, type);
  }

  @Test
  void a_template_stands_for_a_constant_anywhere() {
    assertThat(parse("id == {one}")).isEqualTo(parse("id == 1"));
    assertThat(parse("{ one } < id < -{one} + 9")).isEqualTo(parse("1 < id < 8"));
    assertThat(parse("wide > {half} * 2")).isEqualTo(parse("wide > 1.0"));
    assertThat(parse("flag != {yes}")).isEqualTo(parse("flag != true"));
    assertThat(parse("{yes} and name == {text}")).isEqualTo(parse("name == 'a\"b'"));
    assertThat(parse("name like {text}")).isEqualTo(parse("name like 'a\"b'"));
    assertThat(parse("id in [{one}, 2]")).isEqualTo(parse("id in [1, 2]"));
    assertThat(parse("json_contains(doc, {text})")).isEqualTo(parse("json_contains(doc, 'a\"b')"));
  }

  @Test
  void lists_come_as_arrays_of_each_type() {
    TemplateArrayValue.Builder list = TemplateArrayValue.newBuilder();
    Value id = field(100, DataType.INT64);
    assertThat(parse("id in {list}", LONGS)).isEqualTo(in(id, 1L, 2L));
    assertThat(parse("id not in {list}", LONGS)).isEqualTo(new Filter.Not(in(id, 1L, 2L)));
    assertThat(
            parse(
                "wide in {list}",
                list.setDoubleData(DoubleArray.newBuilder().addData(0.5)).build()))
        .isEqualTo(in(field(103, DataType.DOUBLE), 0.5));
    assertThat(
            parse(
                "name in {list}",
                list.setStringData(StringArray.newBuilder().addData("a")).build()))
        .isEqualTo(in(field(104, DataType.VARCHAR), "a"));
    assertThat(
            parse("flag in {list}", list.setBoolData(BoolArray.newBuilder().addData(true)).build()))
        .isEqualTo(in(field(105, DataType.BOOL), true));
    assertThat(parse("id in {list}", TemplateArrayValue.getDefaultInstance())).isEqualTo(in(id));
  }

  @Test
  void mixed_lists_come_as_json() {
    assertThat(parse("json_contains_any(tags, {list})", json("1", "\"a\"", "true", "2.5")))
        .isEqualTo(
            new Filter.JsonContains(
                new Value.JsonPath(109, List.of("tags")),
                Stream.<Object>of(1L, "a", true, 2.5).map(Value.Literal::new).toList(),
                false));
    assertThatThrownBy(() -> parse("id in {list}", json("1", "\"a\"")))
        .hasMessageContaining("value 'a' (VARCHAR) does not fit into the list for 'id' (INT64)");
    assertThatThrownBy(() -> parse("id in {list}", json("{")))
        .hasMessageContaining("template {list} holds '{', not JSON");
    assertThatThrownBy(() -> parse("id in {list}", json("{}")))
        .hasMessageContaining("template {list} holds OBJECT");
    assertThatThrownBy(() -> parse("id in {list}", json("[1]")))
        .hasMessageContaining("value '[1]' (a list) does not fit");
  }

  private static TemplateArrayValue json(String... items) {
    JSONArray.Builder out = JSONArray.newBuilder();
    for (String item : items) {
      out.addData(ByteString.copyFromUtf8(item));
    }
    return TemplateArrayValue.newBuilder().setJsonData(out).build();
  }

  @Test
  void what_does_not_fit_names_template_or_value() {
    assertThatThrownBy(() -> parse("id == {two}")).hasMessageContaining("{two} is not found");
    assertThatThrownBy(() -> parse("id == {unset}"))
        .hasMessageContaining("template {unset} has no value");
    assertThatThrownBy(() -> parse("wide == {nan}")).hasMessageContaining("template {nan} is NaN");
    assertThatThrownBy(() -> parse("id == {text}"))
        .hasMessageContaining("cannot compare 'id' (INT64) with '{text}' (VARCHAR)");
    assertThatThrownBy(() -> parse("id in {one}"))
        .hasMessageContaining("'in' needs a list, '{one}' is none");
    assertThatThrownBy(() -> parse("name in {list}", LONGS))
        .hasMessageContaining("value '1' (INT64) does not fit into the list for 'name'");
    TemplateArrayValue nested =
        TemplateArrayValue.newBuilder()
            .setArrayData(TemplateArrayValueArray.newBuilder().addData(LONGS))
            .build();
    assertThatThrownBy(() -> parse("id in {list}", nested))
        .hasMessageContaining("value '[1, 2]' (a list) does not fit");
  }
}
