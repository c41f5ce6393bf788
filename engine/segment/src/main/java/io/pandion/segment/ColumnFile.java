package io.pandion.segment;

import io.pandion.index.FloatRows;
import io.pandion.model.Column;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.PandionException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/// One column of a sealed segment as a mapped file. Any number of threads. Numbers are
/// little-endian; sections begin at multiples of 64.
///
/// ```
/// 0   u64  magic "PANDCOLM"
/// 8   u32  version, 1
/// 12  u32  data type (its code)
/// 16  u32  rows n
/// 20  u32  dimension of a vector, else 0
/// 24  u64  offset of the null bits: n bits in u64 words, set = null; 0 = no row is null
/// 32  u64  offset of the values
/// 40  u64  offset of the text of VARCHAR and JSON, else 0
/// 48  u64  length of the file
/// 56  u32  CRC32C of the bytes from 64 to the end
/// 60  u32  CRC32C of the bytes 0 to 59
/// ```
///
/// Values: BOOL one byte; INT8, INT16, INT32 and FLOAT four; INT64 and DOUBLE eight; VARCHAR and
/// JSON *n + 1* u64 positions in the UTF-8 text; FLOAT_VECTOR the rows of [FloatRows].
final class ColumnFile {
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final long MAGIC = 0x4d4c4f43444e4150L;
  private static final int VERSION = 1;
  private static final int HEADER = 64;

  private final MemorySegment file;
  private final int rows;
  private final long nulls;
  private final long values;
  private final long text;

  private ColumnFile(MemorySegment file) {
    this.file = file;
    this.rows = file.get(INT, 16);
    this.nulls = file.get(LONG, 24);
    this.values = file.get(LONG, 32);
    this.text = file.get(LONG, 40);
  }

  /// Writes a column; an older file of that name is replaced.
  static void write(Path path, FieldSchema field, Column column) throws IOException {
    int rows = column.size();
    long end = HEADER;
    long nullsAt = column.hasNulls() ? end : 0;
    end = aligned(end + (column.hasNulls() ? 8L * ((rows + 63) >>> 6) : 0));
    long valuesAt = end;
    end = aligned(end + valueBytes(field, rows));
    long textAt = isText(field.type()) ? end : 0;
    end += isText(field.type()) ? textBytes(column) : 0;
    try (FileChannel channel =
            FileChannel.open(
                path,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        Arena arena = Arena.ofConfined()) {
      reserve(channel, end);
      MemorySegment out = channel.map(FileChannel.MapMode.READ_WRITE, 0, end, arena);
      out.set(LONG, 0, MAGIC);
      out.set(INT, 8, VERSION);
      out.set(INT, 12, field.type().code());
      out.set(INT, 16, rows);
      out.set(INT, 20, field.dimension());
      out.set(LONG, 24, nullsAt);
      out.set(LONG, 32, valuesAt);
      out.set(LONG, 40, textAt);
      out.set(LONG, 48, end);
      fill(out, column, nullsAt, valuesAt, textAt);
      out.set(INT, 56, crc(out, HEADER, end - HEADER));
      out.set(INT, 60, crc(out, 0, 60));
      out.force();
    }
  }

  /// Writes zeros, so that a full disk is an error here and no fault in the mapping.
  private static void reserve(FileChannel channel, long length) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocate(1 << 16);
    for (long at = 0; at < length; ) {
      zeros.position(0).limit((int) Math.min(zeros.capacity(), length - at));
      at += channel.write(zeros, at);
    }
  }

  private static void fill(
      MemorySegment out, Column column, long nullsAt, long valuesAt, long textAt) {
    long textEnd = 0;
    for (int i = 0; i < column.size(); i++) {
      if (column.isNull(i)) {
        long word = nullsAt + 8L * (i >>> 6);
        out.set(LONG, word, out.get(LONG, word) | (1L << i));
      }
      switch (column) {
        case Column.Bools c ->
            out.set(ValueLayout.JAVA_BYTE, valuesAt + i, c.get(i) ? (byte) 1 : 0);
        case Column.Ints c -> out.set(INT, valuesAt + 4L * i, c.get(i));
        case Column.Longs c -> out.set(LONG, valuesAt + 8L * i, c.get(i));
        case Column.Floats c -> out.set(FLOAT, valuesAt + 4L * i, c.get(i));
        case Column.Doubles c -> out.set(DOUBLE, valuesAt + 8L * i, c.get(i));
        case Column.Strings c ->
            textEnd =
                text(out, c.get(i).getBytes(StandardCharsets.UTF_8), i, valuesAt, textAt, textEnd);
        case Column.Json c -> textEnd = text(out, c.get(i), i, valuesAt, textAt, textEnd);
        case Column.FloatVectors c ->
            MemorySegment.copy(
                c.values(),
                i * c.dimension(),
                out,
                FLOAT,
                valuesAt + (long) i * FloatRows.stride(c.dimension()),
                c.dimension());
      }
    }
  }

  private static long text(
      MemorySegment out, byte[] bytes, int row, long valuesAt, long textAt, long textEnd) {
    MemorySegment.copy(bytes, 0, out, ValueLayout.JAVA_BYTE, textAt + textEnd, bytes.length);
    out.set(LONG, valuesAt + 8L * (row + 1), textEnd + bytes.length);
    return textEnd + bytes.length;
  }

  /// Maps a file and verifies it.
  ///
  /// @throws PandionException CORRUPT_DATA when it is missing, damaged or of another shape
  static ColumnFile open(Path path, FieldSchema field, int rows, Arena arena) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = channel.size();
      check(size >= HEADER, path, "is cut: " + size + " bytes");
      MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
      check(crc(file, 0, 60) == file.get(INT, 60), path, "has a wrong header checksum");
      check(file.get(LONG, 0) == MAGIC, path, "is no column file");
      check(file.get(INT, 8) == VERSION, path, "has the unknown version " + file.get(INT, 8));
      check(file.get(LONG, 48) == size, path, "is cut or too long: " + size + " bytes");
      check(
          file.get(INT, 12) == field.type().code() && file.get(INT, 20) == field.dimension(),
          path,
          "does not hold field '" + field.name() + "' of type " + field.type());
      check(
          rows < 0 || file.get(INT, 16) == rows,
          path,
          "has " + file.get(INT, 16) + " rows, expected " + rows);
      check(crc(file, HEADER, size - HEADER) == file.get(INT, 56), path, "has a wrong checksum");
      return new ColumnFile(file);
    } catch (NoSuchFileException e) {
      throw PandionException.corrupt("file " + path + " is missing; load the segment again");
    }
  }

  int rows() {
    return rows;
  }

  boolean isNull(int row) {
    return nulls != 0 && (file.get(LONG, nulls + 8L * (row >>> 6)) & (1L << row)) != 0;
  }

  /// Adds the null rows among those of a mask.
  void nulls(long[] mask, long[] into) {
    for (int w = 0; nulls != 0 && w < mask.length; w++) {
      into[w] |= mask[w] & file.get(LONG, nulls + 8L * w);
    }
  }

  boolean boolAt(int row) {
    return file.get(ValueLayout.JAVA_BYTE, values + row) != 0;
  }

  int intAt(int row) {
    return file.get(INT, values + 4L * row);
  }

  long longAt(int row) {
    return file.get(LONG, values + 8L * row);
  }

  float floatAt(int row) {
    return file.get(FLOAT, values + 4L * row);
  }

  double doubleAt(int row) {
    return file.get(DOUBLE, values + 8L * row);
  }

  byte[] textAt(int row) {
    long from = longAt(row);
    byte[] out = new byte[(int) (longAt(row + 1) - from)];
    MemorySegment.copy(file, ValueLayout.JAVA_BYTE, text + from, out, 0, out.length);
    return out;
  }

  FloatRows vectors(int dimension) {
    int stride = FloatRows.stride(dimension);
    return new FloatRows(file.asSlice(values, (long) rows * stride), rows, dimension, stride);
  }

  private static long valueBytes(FieldSchema field, int rows) {
    return switch (field.type()) {
      case BOOL -> rows;
      case INT8, INT16, INT32, FLOAT -> 4L * rows;
      case INT64, DOUBLE -> 8L * rows;
      case VARCHAR, JSON -> 8L * (rows + 1L);
      case FLOAT_VECTOR -> (long) rows * FloatRows.stride(field.dimension());
    };
  }

  private static boolean isText(DataType type) {
    return type == DataType.VARCHAR || type == DataType.JSON;
  }

  private static long textBytes(Column column) {
    long bytes = 0;
    for (int i = 0; i < column.size(); i++) {
      bytes +=
          column instanceof Column.Strings c
              ? c.get(i).getBytes(StandardCharsets.UTF_8).length
              : ((Column.Json) column).get(i).length;
    }
    return bytes;
  }

  private static long aligned(long at) {
    return (at + 63) & -64L;
  }

  private static int crc(MemorySegment file, long from, long length) {
    CRC32C crc = new CRC32C();
    for (long at = 0; at < length; at += 1 << 30) {
      crc.update(file.asSlice(from + at, Math.min(1 << 30, length - at)).asByteBuffer());
    }
    return (int) crc.getValue();
  }

  private static void check(boolean good, Path path, String fault) {
    if (!good) {
      throw PandionException.corrupt("file " + path + " " + fault + "; load the segment again");
    }
  }
}
