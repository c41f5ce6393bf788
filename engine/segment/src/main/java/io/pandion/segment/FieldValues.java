package io.pandion.segment;

import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.FieldSchema;

/// The values of one scalar field of a segment, by row. Subclasses offer the accessor of their
/// type. Any number of threads for rows that were published to them.
abstract class FieldValues {
  private final FieldSchema field;

  FieldValues(FieldSchema field) {
    this.field = field;
  }

  final FieldSchema field() {
    return field;
  }

  abstract boolean isNull(int row);

  /// Adds the null rows among those of a mask.
  void nulls(long[] mask, long[] into) {
    for (int w = 0; w < mask.length; w++) {
      for (long word = mask[w]; word != 0; word &= word - 1) {
        if (isNull((w << 6) + Long.numberOfTrailingZeros(word))) {
          into[w] |= word & -word;
        }
      }
    }
  }

  /// BOOL (0 or 1) and integers.
  long longAt(int row) {
    throw wrongType();
  }

  /// FLOAT and DOUBLE.
  double doubleAt(int row) {
    throw wrongType();
  }

  /// VARCHAR.
  String stringAt(int row) {
    throw wrongType();
  }

  /// JSON, UTF-8.
  byte[] jsonAt(int row) {
    throw wrongType();
  }

  Column fetch(int[] rows, int count) {
    ColumnBuilder out = ColumnBuilder.of(field);
    for (int i = 0; i < count; i++) {
      out.add(isNull(rows[i]) ? null : boxed(rows[i]));
    }
    return out.build();
  }

  private Object boxed(int row) {
    return switch (field.type()) {
      case BOOL -> longAt(row) != 0;
      case INT8, INT16, INT32 -> (int) longAt(row);
      case INT64 -> longAt(row);
      case FLOAT -> (float) doubleAt(row);
      case DOUBLE -> doubleAt(row);
      case VARCHAR -> stringAt(row);
      case JSON -> jsonAt(row);
      case FLOAT_VECTOR -> throw wrongType();
    };
  }

  private IllegalStateException wrongType() {
    return new IllegalStateException("field '" + field.name() + "' is " + field.type());
  }

  /// A field that the rows do not have: its default, or null, everywhere.
  static final class Absent extends FieldValues {
    Absent(FieldSchema field) {
      super(field);
    }

    @Override
    boolean isNull(int row) {
      return field().defaultValue() == null;
    }

    @Override
    long longAt(int row) {
      return field().defaultValue() instanceof Boolean b
          ? (b ? 1 : 0)
          : ((Number) given()).longValue();
    }

    @Override
    double doubleAt(int row) {
      return ((Number) given()).doubleValue();
    }

    @Override
    String stringAt(int row) {
      return (String) given();
    }

    @Override
    byte[] jsonAt(int row) {
      return ((String) given()).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    private Object given() {
      return java.util.Objects.requireNonNull(field().defaultValue());
    }
  }
}
