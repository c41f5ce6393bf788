package io.pandion.model;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// The values of one field for a run of rows. Immutable by contract: arrays are handed over, not
/// copied, and nobody writes to them afterwards. Any number of threads.
///
/// INT8, INT16 and INT32 are [Ints], INT64 [Longs], VARCHAR [Strings], JSON [Json] (UTF-8 text). A
/// null row holds a zero value in the array.
public sealed interface Column {
  int size();

  boolean isNull(int row);

  /// True when any row is null.
  boolean hasNulls();

  /// The value boxed, or null; for cold paths.
  @Nullable Object value(int row);

  /// The rows named, in that order.
  Column select(int[] rows, int count);

  /// Bytes that the values take in memory, roughly.
  long bytes();

  /// What all columns share: the set of null rows.
  abstract sealed class Nullables {
    final @Nullable BitSet nulls;

    Nullables(@Nullable BitSet nulls) {
      this.nulls = nulls == null || nulls.isEmpty() ? null : nulls;
    }

    public final boolean isNull(int row) {
      return nulls != null && nulls.get(row);
    }

    public final boolean hasNulls() {
      return nulls != null;
    }

    final @Nullable BitSet selectNulls(int[] rows, int count) {
      if (nulls == null) {
        return null;
      }
      BitSet selected = new BitSet(count);
      for (int i = 0; i < count; i++) {
        if (nulls.get(rows[i])) {
          selected.set(i);
        }
      }
      return selected;
    }
  }

  /// BOOL.
  final class Bools extends Nullables implements Column {
    private final boolean[] values;

    public Bools(boolean[] values, @Nullable BitSet nulls) {
      super(nulls);
      this.values = values;
    }

    public boolean get(int row) {
      return values[row];
    }

    @Override
    public int size() {
      return values.length;
    }

    @Override
    public @Nullable Object value(int row) {
      return isNull(row) ? null : (Object) values[row];
    }

    @Override
    public Bools select(int[] rows, int count) {
      boolean[] out = new boolean[count];
      for (int i = 0; i < count; i++) {
        out[i] = values[rows[i]];
      }
      return new Bools(out, selectNulls(rows, count));
    }

    @Override
    public long bytes() {
      return values.length;
    }
  }

  /// INT8, INT16, INT32.
  final class Ints extends Nullables implements Column {
    private final int[] values;

    public Ints(int[] values, @Nullable BitSet nulls) {
      super(nulls);
      this.values = values;
    }

    public int get(int row) {
      return values[row];
    }

    @Override
    public int size() {
      return values.length;
    }

    @Override
    public @Nullable Object value(int row) {
      return isNull(row) ? null : (Object) values[row];
    }

    @Override
    public Ints select(int[] rows, int count) {
      int[] out = new int[count];
      for (int i = 0; i < count; i++) {
        out[i] = values[rows[i]];
      }
      return new Ints(out, selectNulls(rows, count));
    }

    @Override
    public long bytes() {
      return 4L * values.length;
    }
  }

  /// INT64.
  final class Longs extends Nullables implements Column {
    private final long[] values;

    public Longs(long[] values, @Nullable BitSet nulls) {
      super(nulls);
      this.values = values;
    }

    public static Longs of(long... values) {
      return new Longs(values, null);
    }

    public long get(int row) {
      return values[row];
    }

    @Override
    public int size() {
      return values.length;
    }

    @Override
    public @Nullable Object value(int row) {
      return isNull(row) ? null : (Object) values[row];
    }

    @Override
    public Longs select(int[] rows, int count) {
      long[] out = new long[count];
      for (int i = 0; i < count; i++) {
        out[i] = values[rows[i]];
      }
      return new Longs(out, selectNulls(rows, count));
    }

    @Override
    public long bytes() {
      return 8L * values.length;
    }
  }

  /// FLOAT.
  final class Floats extends Nullables implements Column {
    private final float[] values;

    public Floats(float[] values, @Nullable BitSet nulls) {
      super(nulls);
      this.values = values;
    }

    public float get(int row) {
      return values[row];
    }

    @Override
    public int size() {
      return values.length;
    }

    @Override
    public @Nullable Object value(int row) {
      return isNull(row) ? null : (Object) values[row];
    }

    @Override
    public Floats select(int[] rows, int count) {
      float[] out = new float[count];
      for (int i = 0; i < count; i++) {
        out[i] = values[rows[i]];
      }
      return new Floats(out, selectNulls(rows, count));
    }

    @Override
    public long bytes() {
      return 4L * values.length;
    }
  }

  /// DOUBLE.
  final class Doubles extends Nullables implements Column {
    private final double[] values;

    public Doubles(double[] values, @Nullable BitSet nulls) {
      super(nulls);
      this.values = values;
    }

    public double get(int row) {
      return values[row];
    }

    @Override
    public int size() {
      return values.length;
    }

    @Override
    public @Nullable Object value(int row) {
      return isNull(row) ? null : (Object) values[row];
    }

    @Override
    public Doubles select(int[] rows, int count) {
      double[] out = new double[count];
      for (int i = 0; i < count; i++) {
        out[i] = values[rows[i]];
      }
      return new Doubles(out, selectNulls(rows, count));
    }

    @Override
    public long bytes() {
      return 8L * values.length;
    }
  }

  /// VARCHAR. A null row holds the empty string.
  final class Strings extends Nullables implements Column {
    private final String[] values;

    public Strings(String[] values, @Nullable BitSet nulls) {
      super(nulls);
      this.values = values;
    }

    public static Strings of(String... values) {
      return new Strings(values, null);
    }

    public String get(int row) {
      return values[row];
    }

    @Override
    public int size() {
      return values.length;
    }

    @Override
    public @Nullable Object value(int row) {
      return isNull(row) ? null : values[row];
    }

    @Override
    public Strings select(int[] rows, int count) {
      String[] out = new String[count];
      for (int i = 0; i < count; i++) {
        out[i] = values[rows[i]];
      }
      return new Strings(out, selectNulls(rows, count));
    }

    @Override
    public long bytes() {
      long bytes = 0;
      for (String value : values) {
        bytes += 24L + value.length();
      }
      return bytes;
    }
  }

  /// JSON as UTF-8 text. A null row holds an empty array.
  final class Json extends Nullables implements Column {
    private final byte[][] values;

    public Json(byte[][] values, @Nullable BitSet nulls) {
      super(nulls);
      this.values = values;
    }

    /// The text's bytes; do not write to them.
    public byte[] get(int row) {
      return values[row];
    }

    @Override
    public int size() {
      return values.length;
    }

    @Override
    public byte @Nullable [] value(int row) {
      return isNull(row) ? null : values[row];
    }

    @Override
    public Json select(int[] rows, int count) {
      byte[][] out = new byte[count][];
      for (int i = 0; i < count; i++) {
        out[i] = values[rows[i]];
      }
      return new Json(out, selectNulls(rows, count));
    }

    @Override
    public long bytes() {
      long bytes = 0;
      for (byte[] value : values) {
        bytes += 16L + value.length;
      }
      return bytes;
    }
  }

  /// FLOAT_VECTOR: *rows* x *dimension* floats, row-major. Never null.
  final class FloatVectors extends Nullables implements Column {
    private final float[] values;
    private final int dimension;

    public FloatVectors(float[] values, int dimension) {
      super(null);
      if (dimension <= 0 || values.length % dimension != 0) {
        throw PandionException.invalid(
            values.length + " floats are not whole vectors of dimension " + dimension);
      }
      this.values = values;
      this.dimension = dimension;
    }

    public int dimension() {
      return dimension;
    }

    /// The backing array; do not write to it.
    public float[] values() {
      return values;
    }

    public float[] vector(int row) {
      float[] out = new float[dimension];
      System.arraycopy(values, row * dimension, out, 0, dimension);
      return out;
    }

    @Override
    public int size() {
      return values.length / dimension;
    }

    @Override
    public Object value(int row) {
      return vector(row);
    }

    @Override
    public FloatVectors select(int[] rows, int count) {
      float[] out = new float[count * dimension];
      for (int i = 0; i < count; i++) {
        System.arraycopy(values, rows[i] * dimension, out, i * dimension, dimension);
      }
      return new FloatVectors(out, dimension);
    }

    @Override
    public long bytes() {
      return 4L * values.length;
    }
  }
}
