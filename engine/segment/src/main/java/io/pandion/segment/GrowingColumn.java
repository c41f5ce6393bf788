package io.pandion.segment;

import io.pandion.model.Column;
import io.pandion.model.FieldSchema;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One scalar field of a growing segment, in chunks that never move. Written by one thread; rows
/// that were published (by a volatile write of the segment) are read by any.
final class GrowingColumn extends FieldValues {
  static final int CHUNK_BITS = 12;
  static final int CHUNK = 1 << CHUNK_BITS;
  private static final int MASK = CHUNK - 1;

  /// One run of rows: the array of the field's type, and flags of null rows.
  private static final class Chunk {
    final long[] integers;
    final double[] reals;
    final String[] texts;
    final byte[][] documents;
    byte @Nullable [] nulls;

    Chunk(FieldSchema field) {
      integers = new long[field.type().isInteger() || isBool(field) ? CHUNK : 0];
      reals = new double[isReal(field) ? CHUNK : 0];
      texts = new String[field.type() == io.pandion.model.DataType.VARCHAR ? CHUNK : 0];
      documents = new byte[field.type() == io.pandion.model.DataType.JSON ? CHUNK : 0][];
    }

    private static boolean isBool(FieldSchema field) {
      return field.type() == io.pandion.model.DataType.BOOL;
    }

    private static boolean isReal(FieldSchema field) {
      return field.type() == io.pandion.model.DataType.FLOAT
          || field.type() == io.pandion.model.DataType.DOUBLE;
    }
  }

  private Chunk[] chunks = {};

  GrowingColumn(FieldSchema field) {
    super(field);
  }

  /// Writes rows `at ..` from a column; not seen before they are published.
  void append(Column column, int at) {
    for (int i = 0; i < column.size(); i++) {
      Chunk chunk = chunkFor(at + i);
      int o = (at + i) & MASK;
      if (column.isNull(i)) {
        setNull(chunk, o);
        continue;
      }
      switch (column) {
        case Column.Bools c -> chunk.integers[o] = c.get(i) ? 1 : 0;
        case Column.Ints c -> chunk.integers[o] = c.get(i);
        case Column.Longs c -> chunk.integers[o] = c.get(i);
        case Column.Floats c -> chunk.reals[o] = c.get(i);
        case Column.Doubles c -> chunk.reals[o] = c.get(i);
        case Column.Strings c -> chunk.texts[o] = c.get(i);
        case Column.Json c -> chunk.documents[o] = c.get(i);
        case Column.FloatVectors _ -> throw new IllegalArgumentException("vectors live elsewhere");
      }
    }
  }

  /// Writes `count` rows of a value that the writer left out.
  void appendAbsent(int at, int count) {
    FieldValues absent = new FieldValues.Absent(field());
    append(absent.fetch(new int[count], count), at);
  }

  private static void setNull(Chunk chunk, int o) {
    byte[] nulls = chunk.nulls;
    if (nulls == null) {
      nulls = new byte[CHUNK];
      chunk.nulls = nulls;
    }
    nulls[o] = 1;
  }

  private Chunk chunkFor(int row) {
    int index = row >>> CHUNK_BITS;
    if (index == chunks.length) {
      Chunk[] more = Arrays.copyOf(chunks, index + 1);
      more[index] = new Chunk(field());
      chunks = more;
    }
    return chunks[index];
  }

  private Chunk chunk(int row) {
    return chunks[row >>> CHUNK_BITS];
  }

  @Override
  boolean isNull(int row) {
    byte[] nulls = chunk(row).nulls;
    return nulls != null && nulls[row & MASK] != 0;
  }

  @Override
  long longAt(int row) {
    return chunk(row).integers[row & MASK];
  }

  @Override
  double doubleAt(int row) {
    return chunk(row).reals[row & MASK];
  }

  @Override
  String stringAt(int row) {
    return chunk(row).texts[row & MASK];
  }

  @Override
  byte[] jsonAt(int row) {
    return chunk(row).documents[row & MASK];
  }
}
