package io.pandion.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ColumnTest {
  @Test
  void a_builder_keeps_values_and_nulls_of_every_type() {
    Map<DataType, Object> samples =
        Map.of(
            DataType.BOOL,
            true,
            DataType.INT8,
            -7,
            DataType.INT16,
            300,
            DataType.INT32,
            Integer.MIN_VALUE,
            DataType.INT64,
            Long.MAX_VALUE,
            DataType.FLOAT,
            1.5f,
            DataType.DOUBLE,
            -2.25,
            DataType.VARCHAR,
            "señor");
    samples.forEach(
        (type, value) -> {
          ColumnBuilder builder = new ColumnBuilder(type, 0);
          for (int i = 0; i < 100; i++) {
            builder.add(i % 3 == 0 ? null : value);
          }
          Column column = builder.build();
          assertThat(column.size()).isEqualTo(100);
          for (int i = 0; i < 100; i++) {
            assertThat(column.isNull(i)).isEqualTo(i % 3 == 0);
            assertThat(column.value(i)).isEqualTo(i % 3 == 0 ? null : value);
          }
          Column selected = column.select(new int[] {1, 3, 2}, 3);
          assertThat(selected.value(0)).isEqualTo(value);
          assertThat(selected.isNull(1)).isTrue();
          assertThat(selected.value(2)).isEqualTo(value);
        });
  }

  @Test
  void vectors_keep_their_rows() {
    ColumnBuilder builder = new ColumnBuilder(DataType.FLOAT_VECTOR, 3);
    for (int i = 0; i < 50; i++) {
      builder.add(new float[] {i, i + 1, i + 2});
    }
    Column.FloatVectors vectors = (Column.FloatVectors) builder.build();
    assertThat(vectors.size()).isEqualTo(50);
    assertThat(vectors.vector(49)).containsExactly(49, 50, 51);
    assertThat(vectors.select(new int[] {7}, 1).vector(0)).containsExactly(7, 8, 9);
  }

  @Test
  void floats_that_are_not_whole_vectors_are_refused() {
    assertThatThrownBy(() -> new Column.FloatVectors(new float[5], 3))
        .isInstanceOf(PandionException.class)
        .hasMessageContaining("dimension 3");
  }
}
