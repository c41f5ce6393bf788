package io.pandion.wal;

import io.pandion.model.Column;
import io.pandion.model.PandionException;
import io.pandion.model.RowBatch;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;

/// The bytes of columns.
///
/// ```
/// rows    := rows:i32 columns:i32 (field:i64 column)*
/// column  := kind:u8 size:i32 nulls:bytes values
/// nulls   := length:i32, then a bit a row, lowest first; length 0 = no nulls
/// values  := Bools(1) u8 each | Ints(2) i32 | Longs(3) i64 | Floats(4) f32 | Doubles(5) f64
///          | Strings(6), Json(7) length:i32 UTF-8 each | FloatVectors(8) dimension:i32 f32*
/// ```
final class ColumnCodec {
  /// Kind, size and the length of the nulls.
  private static final int MIN_COLUMN_BYTES = 1 + 2 * Integer.BYTES;

  private ColumnCodec() {}

  static void writeRows(Bytes out, RowBatch batch) {
    out.i32(batch.rows()).i32(batch.fieldIds().size());
    for (long field : batch.fieldIds()) {
      write(out.i64(field), batch.column(field));
    }
  }

  static RowBatch readRows(BytesReader in) {
    int rows = in.i32();
    if (rows < 0) {
      throw PandionException.corrupt("batch of " + rows + " rows");
    }
    int columns = in.count(Long.BYTES + MIN_COLUMN_BYTES);
    Map<Long, Column> out = new LinkedHashMap<>();
    for (int i = 0; i < columns; i++) {
      long field = in.i64();
      Column column = read(in);
      if (column.size() != rows || out.put(field, column) != null) {
        throw PandionException.corrupt(
            "column of field "
                + field
                + " occurs twice or has "
                + column.size()
                + " rows of "
                + rows);
      }
    }
    return new RowBatch(rows, out);
  }

  static void write(Bytes out, Column column) {
    int size = column.size();
    switch (column) {
      case Column.Bools c -> {
        head(out, 1, c);
        for (int i = 0; i < size; i++) {
          out.u8(c.get(i) ? 1 : 0);
        }
      }
      case Column.Ints c -> {
        head(out, 2, c);
        for (int i = 0; i < size; i++) {
          out.i32(c.get(i));
        }
      }
      case Column.Longs c -> {
        head(out, 3, c);
        for (int i = 0; i < size; i++) {
          out.i64(c.get(i));
        }
      }
      case Column.Floats c -> {
        head(out, 4, c);
        for (int i = 0; i < size; i++) {
          out.i32(Float.floatToRawIntBits(c.get(i)));
        }
      }
      case Column.Doubles c -> {
        head(out, 5, c);
        for (int i = 0; i < size; i++) {
          out.f64(c.get(i));
        }
      }
      case Column.Strings c -> {
        head(out, 6, c);
        for (int i = 0; i < size; i++) {
          out.string(c.get(i));
        }
      }
      case Column.Json c -> {
        head(out, 7, c);
        for (int i = 0; i < size; i++) {
          out.bytes(c.get(i));
        }
      }
      case Column.FloatVectors c -> {
        head(out, 8, c);
        out.i32(c.dimension()).floats(c.values());
      }
    }
  }

  static Column read(BytesReader in) {
    int kind = in.u8();
    int size = in.count(elementBytes(kind));
    byte[] nullBits = in.bytes();
    BitSet nulls = nullBits.length == 0 ? null : BitSet.valueOf(nullBits);
    if (nulls != null && nulls.length() > size) {
      throw PandionException.corrupt("null at row " + (nulls.length() - 1) + " of " + size);
    }
    return switch (kind) {
      case 1 -> {
        boolean[] values = new boolean[size];
        for (int i = 0; i < size; i++) {
          values[i] = in.u8() != 0;
        }
        yield new Column.Bools(values, nulls);
      }
      case 2 -> {
        int[] values = new int[size];
        for (int i = 0; i < size; i++) {
          values[i] = in.i32();
        }
        yield new Column.Ints(values, nulls);
      }
      case 3 -> {
        long[] values = new long[size];
        for (int i = 0; i < size; i++) {
          values[i] = in.i64();
        }
        yield new Column.Longs(values, nulls);
      }
      case 4 -> new Column.Floats(in.floats(size), nulls);
      case 5 -> {
        double[] values = new double[size];
        for (int i = 0; i < size; i++) {
          values[i] = in.f64();
        }
        yield new Column.Doubles(values, nulls);
      }
      case 6 -> {
        String[] values = new String[size];
        for (int i = 0; i < size; i++) {
          values[i] = in.string();
        }
        yield new Column.Strings(values, nulls);
      }
      case 7 -> {
        byte[][] values = new byte[size][];
        for (int i = 0; i < size; i++) {
          values[i] = in.bytes();
        }
        yield new Column.Json(values, nulls);
      }
      case 8 -> {
        int dimension = in.i32();
        if (dimension <= 0) {
          throw PandionException.corrupt("vector column of dimension " + dimension);
        }
        yield new Column.FloatVectors(in.floats(Math.multiplyExact(size, dimension)), dimension);
      }
      default -> throw PandionException.corrupt("column of unknown kind " + kind);
    };
  }

  /// The fewest bytes that a row takes, so that no size is believed which cannot be true.
  private static int elementBytes(int kind) {
    return switch (kind) {
      case 1 -> 1;
      case 3, 5 -> Long.BYTES;
      default -> Integer.BYTES;
    };
  }

  private static void head(Bytes out, int kind, Column column) {
    out.u8(kind).i32(column.size());
    if (!column.hasNulls()) {
      out.i32(0);
      return;
    }
    BitSet nulls = new BitSet(column.size());
    for (int i = 0; i < column.size(); i++) {
      nulls.set(i, column.isNull(i));
    }
    out.bytes(nulls.toByteArray());
  }
}
