package io.pandion.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.protocol.FieldData;
import io.pandion.protocol.ScalarField;
import io.pandion.protocol.VectorField;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ResultEncoderTest {
  @ParameterizedTest
  @EnumSource(DataType.class)
  void every_type_names_its_kind_even_without_rows(DataType type) {
    FieldSchema field =
        type.isVector() ? FieldSchema.vector(100, "a", 3) : FieldSchema.of(100, "a", type);
    FieldData data = ResultEncoder.field(field, ColumnBuilder.of(field).build(), Set.of());
    assertThat(data.getTypeValue()).isEqualTo(type.code());
    assertThat(data.getFieldId()).isEqualTo(100);
    if (type.isVector()) {
      assertThat(data.getVectors().getDim()).isEqualTo(3);
      assertThat(data.getVectors().getDataCase()).isEqualTo(VectorField.DataCase.FLOAT_VECTOR);
    } else {
      assertThat(data.getScalars().getDataCase()).isNotEqualTo(ScalarField.DataCase.DATA_NOT_SET);
    }
  }

  @Test
  void what_is_encoded_is_decoded_again() {
    FieldSchema field = FieldSchema.of(100, "a", DataType.INT16).asNullable();
    Column column = ColumnBuilder.of(field).add(5).add(null).add(-7).build();
    FieldData data = ResultEncoder.field(field, column, Set.of());
    assertThat(data.getValidDataList()).containsExactly(true, false, true);
    assertThat(data.getScalars().getIntData().getDataList()).containsExactly(5, 0, -7);
    Column again = ColumnDecoder.decode(field, data, 3);
    assertThat(again.value(1)).isNull();
    assertThat(again.value(2)).isEqualTo(-7);
  }

  @Test
  void a_field_that_is_not_nullable_has_no_marks() {
    FieldSchema field = FieldSchema.of(100, "a", DataType.VARCHAR);
    FieldData data = ResultEncoder.field(field, Column.Strings.of("x"), Set.of());
    assertThat(data.getValidDataCount()).isZero();
  }

  @Test
  void only_the_wanted_keys_of_the_dynamic_field_are_answered() {
    FieldSchema field =
        new FieldSchema(
            100,
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
    Column column =
        ColumnBuilder.of(field).add("{\"a\":1,\"b\":2}").add("{\"b\":3}").add(null).build();
    FieldData data = ResultEncoder.field(field, column, Set.of("a"));
    assertThat(data.getIsDynamic()).isTrue();
    assertThat(data.getValidDataCount()).isZero();
    assertThat(data.getScalars().getJsonData().getDataList())
        .extracting(t -> t.toStringUtf8())
        .containsExactly("{\"a\":1}", "{}", "{}");
    assertThat(
            ResultEncoder.field(field, column, Set.of())
                .getScalars()
                .getJsonData()
                .getData(0)
                .toStringUtf8())
        .isEqualTo("{\"a\":1,\"b\":2}");
  }
}
