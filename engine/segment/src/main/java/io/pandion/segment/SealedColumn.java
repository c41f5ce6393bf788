package io.pandion.segment;

import io.pandion.model.FieldSchema;
import java.nio.charset.StandardCharsets;

/// One scalar field of a sealed segment, read from its mapped file. Any number of threads.
final class SealedColumn extends FieldValues {
  private final ColumnFile file;

  SealedColumn(FieldSchema field, ColumnFile file) {
    super(field);
    this.file = file;
  }

  @Override
  boolean isNull(int row) {
    return file.isNull(row);
  }

  @Override
  void nulls(long[] mask, long[] into) {
    file.nulls(mask, into);
  }

  @Override
  long longAt(int row) {
    return switch (field().type()) {
      case BOOL -> file.boolAt(row) ? 1 : 0;
      case INT64 -> file.longAt(row);
      case INT8, INT16, INT32 -> file.intAt(row);
      case FLOAT, DOUBLE, VARCHAR, JSON, FLOAT_VECTOR -> super.longAt(row);
    };
  }

  @Override
  double doubleAt(int row) {
    return switch (field().type()) {
      case FLOAT -> file.floatAt(row);
      case DOUBLE -> file.doubleAt(row);
      case BOOL, INT8, INT16, INT32, INT64, VARCHAR, JSON, FLOAT_VECTOR -> super.doubleAt(row);
    };
  }

  @Override
  String stringAt(int row) {
    return new String(file.textAt(row), StandardCharsets.UTF_8);
  }

  @Override
  byte[] jsonAt(int row) {
    return file.textAt(row);
  }
}
