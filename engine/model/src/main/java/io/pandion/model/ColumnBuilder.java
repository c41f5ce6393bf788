package io.pandion.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// Builds a [Column] row by row. One thread.
public final class ColumnBuilder {
  private final DataType type;
  private final int dimension;
  private final BitSet nulls = new BitSet();
  private boolean[] bools = {};
  private int[] ints = {};
  private long[] longs = {};
  private float[] floats = {};
  private double[] doubles = {};
  private String[] strings = {};
  private byte[][] texts = {};
  private int size;

  /// @param dimension of a vector type, else ignored
  public ColumnBuilder(DataType type, int dimension) {
    this.type = type;
    this.dimension = dimension;
  }

  public static ColumnBuilder of(FieldSchema field) {
    return new ColumnBuilder(field.type(), field.dimension());
  }

  /// A builder for columns such as this one.
  public static ColumnBuilder like(Column column) {
    return switch (column) {
      case Column.Bools _ -> new ColumnBuilder(DataType.BOOL, 0);
      case Column.Ints _ -> new ColumnBuilder(DataType.INT32, 0);
      case Column.Longs _ -> new ColumnBuilder(DataType.INT64, 0);
      case Column.Floats _ -> new ColumnBuilder(DataType.FLOAT, 0);
      case Column.Doubles _ -> new ColumnBuilder(DataType.DOUBLE, 0);
      case Column.Strings _ -> new ColumnBuilder(DataType.VARCHAR, 0);
      case Column.Json _ -> new ColumnBuilder(DataType.JSON, 0);
      case Column.FloatVectors c -> new ColumnBuilder(DataType.FLOAT_VECTOR, c.dimension());
    };
  }

  public int size() {
    return size;
  }

  /// Appends a boxed value of the column's type (Number for numeric types; String for VARCHAR;
  /// byte[] or String for JSON; float[] for a vector), or null.
  public ColumnBuilder add(@Nullable Object value) {
    int row = grow();
    if (value == null) {
      nulls.set(row);
      return this;
    }
    switch (type) {
      case BOOL -> bools[row] = (Boolean) value;
      case INT8, INT16, INT32 -> ints[row] = ((Number) value).intValue();
      case INT64 -> longs[row] = ((Number) value).longValue();
      case FLOAT -> floats[row] = ((Number) value).floatValue();
      case DOUBLE -> doubles[row] = ((Number) value).doubleValue();
      case VARCHAR -> strings[row] = (String) value;
      case JSON ->
          texts[row] =
              value instanceof byte[] bytes
                  ? bytes
                  : ((String) value).getBytes(StandardCharsets.UTF_8);
      case FLOAT_VECTOR -> System.arraycopy((float[]) value, 0, floats, row * dimension, dimension);
    }
    return this;
  }

  /// Appends row `row` of a column of the same type.
  public ColumnBuilder addFrom(Column source, int row) {
    if (source.isNull(row)) {
      return add(null);
    }
    int at = grow();
    switch (source) {
      case Column.Bools c -> bools[at] = c.get(row);
      case Column.Ints c -> ints[at] = c.get(row);
      case Column.Longs c -> longs[at] = c.get(row);
      case Column.Floats c -> floats[at] = c.get(row);
      case Column.Doubles c -> doubles[at] = c.get(row);
      case Column.Strings c -> strings[at] = c.get(row);
      case Column.Json c -> texts[at] = c.get(row);
      case Column.FloatVectors c ->
          System.arraycopy(c.values(), row * dimension, floats, at * dimension, dimension);
    }
    return this;
  }

  /// Appends all rows of a column of the same type.
  public ColumnBuilder addAll(Column source) {
    for (int row = 0; row < source.size(); row++) {
      addFrom(source, row);
    }
    return this;
  }

  /// The column; the builder must not be used afterwards.
  public Column build() {
    BitSet nullRows = nulls.isEmpty() ? null : nulls;
    return switch (type) {
      case BOOL -> new Column.Bools(Arrays.copyOf(bools, size), nullRows);
      case INT8, INT16, INT32 -> new Column.Ints(Arrays.copyOf(ints, size), nullRows);
      case INT64 -> new Column.Longs(Arrays.copyOf(longs, size), nullRows);
      case FLOAT -> new Column.Floats(Arrays.copyOf(floats, size), nullRows);
      case DOUBLE -> new Column.Doubles(Arrays.copyOf(doubles, size), nullRows);
      case VARCHAR -> new Column.Strings(withoutNull(strings), nullRows);
      case JSON -> new Column.Json(withoutNull(texts), nullRows);
      case FLOAT_VECTOR ->
          new Column.FloatVectors(Arrays.copyOf(floats, size * dimension), dimension);
    };
  }

  private String[] withoutNull(String[] from) {
    String[] out = Arrays.copyOf(from, size);
    nulls.stream().forEach(row -> out[row] = "");
    return out;
  }

  private byte[][] withoutNull(byte[][] from) {
    byte[][] out = Arrays.copyOf(from, size);
    nulls.stream().forEach(row -> out[row] = new byte[0]);
    return out;
  }

  private int grow() {
    int row = size++;
    int capacity = Math.max(16, Integer.highestOneBit(row) << 1);
    switch (type) {
      case BOOL -> bools = row < bools.length ? bools : Arrays.copyOf(bools, capacity);
      case INT8, INT16, INT32 -> ints = row < ints.length ? ints : Arrays.copyOf(ints, capacity);
      case INT64 -> longs = row < longs.length ? longs : Arrays.copyOf(longs, capacity);
      case FLOAT -> floats = row < floats.length ? floats : Arrays.copyOf(floats, capacity);
      case DOUBLE -> doubles = row < doubles.length ? doubles : Arrays.copyOf(doubles, capacity);
      case VARCHAR -> strings = row < strings.length ? strings : Arrays.copyOf(strings, capacity);
      case JSON -> texts = row < texts.length ? texts : Arrays.copyOf(texts, capacity);
      case FLOAT_VECTOR ->
          floats =
              (row + 1) * dimension <= floats.length
                  ? floats
                  : Arrays.copyOf(floats, capacity * dimension);
    }
    return row;
  }
}
