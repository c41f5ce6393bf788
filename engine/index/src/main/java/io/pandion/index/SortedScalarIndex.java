package io.pandion.index;

import io.pandion.model.Column;
import io.pandion.model.DataType;
import io.pandion.model.PandionException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// The rows of a scalar column in the order of their values: answers equal, in and range by binary
/// search. Serves INVERTED, STL_SORT, BITMAP, TRIE and AUTOINDEX of scalar fields.
///
/// Strings are ordered by their UTF-8 bytes, as in Milvus; false is before true; a FLOAT is
/// compared as the double it widens to. Null rows and NaN never match. Numbers of any Java type may
/// be asked for and are compared by value. Answers are added to a bit set: bit `row & 63` of word
/// `row >> 6`. Threads: immutable, any number. Cost: O(log rows + found rows).
///
/// The file is a [SectionFile] of kind SCALAR, version 1, with the sections
///
/// ```
/// 0 shape   u32 rows, u32 rows with a value n, u32 kind (0 whole number, 1 double, 2 string, 3 bool)
/// 1 order   n x u32 row, by rising value, equal values by rising row
/// 2 values  kind 0 and 3: n x i64; kind 1: n x f64; kind 2: (n + 1) x u32 offset in section 3
/// 3 text    kind 2: the values' UTF-8 bytes, one after the other; else empty
/// ```
public final class SortedScalarIndex {
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int WHOLE = 0;
  private static final int REAL = 1;
  private static final int TEXT = 2;
  private static final int BOOL = 3;

  private final int rows;
  private final int count;
  private final int kind;
  private final MemorySegment order;
  private final MemorySegment values;
  private final MemorySegment text;

  private SortedScalarIndex(MemorySegment[] sections) {
    rows = sections[0].get(SectionFile.INT, 0);
    count = sections[0].get(SectionFile.INT, 4);
    kind = sections[0].get(SectionFile.INT, 8);
    order = sections[1];
    values = sections[2];
    text = sections[3];
  }

  /// The bytes of an index over a column.
  ///
  /// @throws PandionException UNSUPPORTED for JSON and vector columns
  public static byte[] build(Column column) {
    return ScalarSections.of(column);
  }

  /// Opens the bytes of a built index.
  ///
  /// @throws PandionException CORRUPT_DATA when a checksum fails
  public static SortedScalarIndex open(MemorySegment file) {
    return new SortedScalarIndex(SectionFile.open(file, "scalar index", SectionFile.SCALAR, 1));
  }

  public int rows() {
    return rows;
  }

  /// Adds the rows whose value equals.
  ///
  /// @throws PandionException INVALID_REQUEST for a value that the column cannot be compared with
  public void equal(Object value, long[] into) {
    range(value, true, value, true, into);
  }

  /// Adds the rows whose value equals one of them.
  public void in(Collection<?> wanted, long[] into) {
    for (Object value : wanted) {
      equal(value, into);
    }
  }

  /// Adds the rows whose value lies between two bounds, each of which may be missing.
  public void range(
      @Nullable Object from,
      boolean fromIncluded,
      @Nullable Object to,
      boolean toIncluded,
      long[] into) {
    if (isNan(from) || isNan(to)) {
      return;
    }
    int start = from == null ? 0 : firstAbove(from, !fromIncluded);
    int end = to == null ? count : firstAbove(to, toIncluded);
    for (int i = start; i < end; i++) {
      int row = order.get(SectionFile.INT, 4L * i);
      into[row >>> 6] |= 1L << row;
    }
  }

  /// Number of rows that [#range] would add.
  public int count(
      @Nullable Object from, boolean fromIncluded, @Nullable Object to, boolean toIncluded) {
    if (isNan(from) || isNan(to)) {
      return 0;
    }
    int start = from == null ? 0 : firstAbove(from, !fromIncluded);
    int end = to == null ? count : firstAbove(to, toIncluded);
    return Math.max(0, end - start);
  }

  /// Whether it indexes values of this type.
  public boolean holds(DataType type) {
    return switch (type) {
      case BOOL -> kind == BOOL;
      case INT8, INT16, INT32, INT64 -> kind == WHOLE;
      case FLOAT, DOUBLE -> kind == REAL;
      case VARCHAR -> kind == TEXT;
      case JSON, FLOAT_VECTOR -> false;
    };
  }

  private static boolean isNan(@Nullable Object value) {
    return value instanceof Number number && Double.isNaN(number.doubleValue());
  }

  /// The first place whose value is at least the bound, or above it when `beyond`.
  private int firstAbove(Object bound, boolean beyond) {
    byte[] key = key(bound);
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      int order = compare(middle, bound, key);
      if (order < 0 || (beyond && order == 0)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /// Checks that the bound is of the column's kind; the bytes of a string.
  private byte[] key(Object bound) {
    boolean fits =
        switch (kind) {
          case TEXT -> bound instanceof String;
          case BOOL -> bound instanceof Boolean;
          default -> bound instanceof Number;
        };
    if (!fits) {
      throw PandionException.invalid(
          "a "
              + (kind == TEXT ? "string" : kind == BOOL ? "bool" : "numeric")
              + " field cannot be compared with "
              + bound);
    }
    return bound instanceof String string ? string.getBytes(StandardCharsets.UTF_8) : new byte[0];
  }

  private int compare(int place, Object bound, byte[] key) {
    if (kind == TEXT) {
      int from = values.get(SectionFile.INT, 4L * place);
      int to = values.get(SectionFile.INT, 4L * place + 4);
      return compare(text, from, to, key);
    }
    if (bound instanceof Boolean wanted) {
      return Long.compare(values.get(SectionFile.LONG, 8L * place), wanted ? 1 : 0);
    }
    Number number = (Number) bound;
    boolean real = number instanceof Double || number instanceof Float;
    if (kind == REAL) {
      double value = values.get(DOUBLE, 8L * place);
      return real
          ? Double.compare(value, number.doubleValue() + 0.0)
          : -compare(number.longValue(), value);
    }
    long value = values.get(SectionFile.LONG, 8L * place);
    return real ? compare(value, number.doubleValue()) : Long.compare(value, number.longValue());
  }

  private static int compare(MemorySegment text, int from, int to, byte[] key) {
    MemorySegment wanted = MemorySegment.ofArray(key);
    long at = MemorySegment.mismatch(text, from, to, wanted, 0, key.length);
    if (at < 0) {
      return 0;
    }
    if (at == to - from || at == key.length) {
      return Integer.compare(to - from, key.length);
    }
    return Byte.compareUnsigned(text.get(ValueLayout.JAVA_BYTE, from + at), key[(int) at]);
  }

  /// Compares by value, without rounding the whole number.
  static int compare(long whole, double real) {
    if (real >= 0x1p63) {
      return -1;
    }
    if (real < -0x1p63) {
      return 1;
    }
    long floor = (long) Math.floor(real);
    int order = Long.compare(whole, floor);
    return order == 0 && real > floor ? -1 : order;
  }

  /// Lays a column out as the sections above.
  private static final class ScalarSections {
    private ScalarSections() {}

    static byte[] of(Column column) {
      return switch (column) {
        case Column.Ints c -> numbers(c, WHOLE, row -> c.get(row));
        case Column.Longs c -> numbers(c, WHOLE, c::get);
        case Column.Bools c -> numbers(c, BOOL, row -> c.get(row) ? 1 : 0);
        case Column.Floats c -> numbers(c, REAL, row -> Double.doubleToLongBits(c.get(row) + 0.0));
        case Column.Doubles c -> numbers(c, REAL, row -> Double.doubleToLongBits(c.get(row) + 0.0));
        case Column.Strings c -> strings(c);
        case Column.Json _, Column.FloatVectors _ ->
            throw PandionException.unsupported(
                "a sorted index needs a bool, numeric or VARCHAR field");
      };
    }

    /// The eight bytes of a row's value.
    private interface Bits {
      long of(int row);
    }

    private static byte[] numbers(Column column, int kind, Bits bits) {
      int[] rows = new int[column.size()];
      int count = 0;
      for (int row = 0; row < rows.length; row++) {
        boolean nan = kind == REAL && Double.isNaN(Double.longBitsToDouble(bits.of(row)));
        if (!column.isNull(row) && !nan) {
          rows[count++] = row;
        }
      }
      Integer[] sorted = Arrays.stream(rows, 0, count).boxed().toArray(Integer[]::new);
      Arrays.sort(
          sorted,
          kind == REAL
              ? (a, b) ->
                  Double.compare(
                      Double.longBitsToDouble(bits.of(a)), Double.longBitsToDouble(bits.of(b)))
              : (a, b) -> Long.compare(bits.of(a), bits.of(b)));
      byte[] values = new byte[8 * count];
      MemorySegment out = MemorySegment.ofArray(values);
      for (int i = 0; i < count; i++) {
        out.set(SectionFile.LONG, 8L * i, bits.of(sorted[i]));
      }
      return file(column.size(), kind, sorted, values, new byte[0]);
    }

    private static byte[] strings(Column.Strings column) {
      byte[][] utf8 = new byte[column.size()][];
      int bytes = 0;
      int count = 0;
      for (int row = 0; row < utf8.length; row++) {
        if (!column.isNull(row)) {
          utf8[row] = column.get(row).getBytes(StandardCharsets.UTF_8);
          bytes = Math.addExact(bytes, utf8[row].length);
          count++;
        }
      }
      Integer[] sorted = new Integer[count];
      int next = 0;
      for (int row = 0; row < utf8.length; row++) {
        if (!column.isNull(row)) {
          sorted[next++] = row;
        }
      }
      Arrays.sort(sorted, (a, b) -> Arrays.compareUnsigned(utf8[a], utf8[b]));
      byte[] text = new byte[bytes];
      byte[] offsets = new byte[4 * (count + 1)];
      MemorySegment out = MemorySegment.ofArray(offsets);
      int at = 0;
      for (int i = 0; i < count; i++) {
        byte[] value = utf8[sorted[i]];
        System.arraycopy(value, 0, text, at, value.length);
        at += value.length;
        out.set(SectionFile.INT, 4L * (i + 1), at);
      }
      return file(column.size(), TEXT, sorted, offsets, text);
    }

    private static byte[] file(int rows, int kind, Integer[] sorted, byte[] values, byte[] text) {
      byte[] shape = new byte[12];
      MemorySegment out = MemorySegment.ofArray(shape);
      out.set(SectionFile.INT, 0, rows);
      out.set(SectionFile.INT, 4, sorted.length);
      out.set(SectionFile.INT, 8, kind);
      byte[] order = new byte[4 * sorted.length];
      MemorySegment orders = MemorySegment.ofArray(order);
      for (int i = 0; i < sorted.length; i++) {
        orders.set(SectionFile.INT, 4L * i, sorted[i]);
      }
      return SectionFile.bytes(
          SectionFile.SCALAR, 1, java.util.List.of(shape, order, values, text));
    }
  }
}
