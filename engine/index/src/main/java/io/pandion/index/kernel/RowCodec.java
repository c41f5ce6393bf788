package io.pandion.index.kernel;

import io.pandion.model.Metric;
import io.pandion.model.PandionException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Turns vectors into rows of one format and into queries over them, for one metric. Immutable, any
/// number of threads.
///
/// - L2 scores are minus the squared distance, IP the inner product, COSINE the cosine.
/// - COSINE rows hold unit vectors. Over FLOAT32 rows that hold other vectors, such as a column's,
///   a score is the product with the unit query, which the caller divides by the norm of the row.
/// - INT8 holds vectors of bytes as they are, floats are rounded to them. COSINE scores are
///   products, which the caller divides by both norms.
/// - SQ8, SQ4 and PQ hold the distance *x'* from a mean *m* (none for IP), as *codes* times a
///   factor *f* that makes the estimate of *x' · x'* exact. L2 is `2 f codes · (q - m) - |x'|^2 -
///   |q - m|^2`, COSINE one plus half of that. For PQ, *codes* are the sum of the words of all
///   bytes, and a query is a table of its products with the words.
public final class RowCodec {
  private static final ValueLayout.OfFloat FLOAT = ScalarKernel.FLOAT;

  final RowFormat format;
  final Metric metric;
  final int dimension;
  private final float[] mean;
  private final @Nullable Rotation rotation;
  private final @Nullable CodeWords words;

  /// @param mean of the vectors (of the unit vectors for COSINE), null for zero; IP and floats use
  ///   none
  public RowCodec(RowFormat format, Metric metric, int dimension, float @Nullable [] mean) {
    this(format, metric, dimension, mean, null);
  }

  /// @param words of PQ, null for other formats
  public RowCodec(
      RowFormat format,
      Metric metric,
      int dimension,
      float @Nullable [] mean,
      @Nullable CodeWords words) {
    if ((format == RowFormat.PQ) != (words != null)) {
      throw PandionException.invalid(
          "rows of " + format + (words == null ? " need" : " have no") + " words");
    }
    this.format = format;
    this.metric = metric;
    this.dimension = dimension;
    boolean centred = format.isCode() && metric != Metric.IP;
    this.mean = centred && mean != null ? mean.clone() : new float[dimension];
    this.rotation = format == RowFormat.SQ4 ? new Rotation(dimension) : null;
    this.words = words;
  }

  public RowFormat format() {
    return format;
  }

  /// What [RowFormat#stride] and [Rows] take: the dimension, for PQ the bytes of its codes.
  public int width() {
    return words == null ? dimension : words.bytes();
  }

  /// Bytes from one row to the next.
  public int stride() {
    return format.stride(width());
  }

  /// Rows of this codec.
  public Rows rows(MemorySegment data, int count) {
    return new Rows(format, data, count, width());
  }

  public int dimension() {
    return dimension;
  }

  /// What codes are relative to: as many floats as dimensions.
  public float[] mean() {
    return mean.clone();
  }

  /// An encoder for one thread.
  public RowEncoder encoder() {
    return new RowEncoder(this);
  }

  /// Prepares a vector, `from[offset]` and on, as the query of the next calls of a kernel.
  public void prepare(float[] from, int offset, RowQuery query) {
    query.reset(format, metric == Metric.L2, stride(), words == null ? 0 : words.bytes());
    if (format == RowFormat.INT8) {
      query.bytes(from, offset, dimension);
      query.ready();
      return;
    }
    if (!format.isCode()) {
      System.arraycopy(from, offset, query.floats, 0, dimension);
      if (metric == Metric.COSINE) {
        normalise(query.floats);
      }
      query.ready();
      return;
    }
    float[] x = query.work(Rotation.size(dimension));
    centre(from, offset, x);
    query.offset = constant(squares(x));
    if (words != null) {
      float[] products = query.products(256 * words.bytes());
      words.products(x, products);
      query.lookUp(products);
      query.ready();
      return;
    }
    int size = dimension;
    if (rotation != null) {
      rotation.apply(x);
      size = Rotation.size(dimension);
    }
    float step = largest(x, size) / 127;
    query.scale = step;
    if (format == RowFormat.SQ8) {
      query.quantise(x, 0, 0, size, step);
      query.shift = 0;
    } else {
      query.quantise(x, 0, 0, size / 2, step);
      query.quantise(x, size / 2, query.stride, size / 2, step);
      query.shift = -7.5f * (step * sum(query.codes));
    }
    query.ready();
  }

  /// Prepares a row itself as the query: what its distances to others are. The row is of SQ8 or
  /// FLOAT32.
  public void prepareRow(Rows rows, int row, RowQuery query) {
    query.reset(format, metric == Metric.L2, stride(), 0);
    long at = (long) row * query.stride;
    switch (format) {
      case FLOAT32 -> {
        MemorySegment.copy(rows.data(), FLOAT, at, query.floats, 0, query.floats.length);
        query.ready();
      }
      case SQ8 -> prepareCodes(rows.data(), at, query);
      default -> throw PandionException.invalid("a row of " + format + " cannot be a query");
    }
  }

  private void prepareCodes(MemorySegment data, long at, RowQuery query) {
    MemorySegment.copy(data, ValueLayout.JAVA_BYTE, at, query.codes, 0, query.stride - 8);
    float factor = data.get(FLOAT, at + query.stride - 8);
    float constant = data.get(FLOAT, at + query.stride - 4);
    query.scale = metric == Metric.L2 ? factor / 2 : factor;
    query.offset = metric == Metric.COSINE ? 1 + constant : constant;
    query.shift = 0;
    query.ready();
  }

  private static int sum(byte[] codes) {
    int sum = 0;
    for (byte code : codes) {
      sum += code;
    }
    return sum;
  }

  /// Writes the vector at `from[offset]` relative to the mean, a unit vector for COSINE, to
  /// `to[at]` and on.
  public void centred(float[] from, int offset, float[] to, int at) {
    float[] x = new float[Rotation.size(dimension)];
    centre(from, offset, x);
    System.arraycopy(x, 0, to, at, dimension);
  }

  /// Writes the vector relative to the mean to `x`, followed by zeros; returns whether COSINE met a
  /// zero vector.
  boolean centre(float[] from, int offset, float[] x) {
    System.arraycopy(from, offset, x, 0, dimension);
    Arrays.fill(x, dimension, Rotation.size(dimension), 0);
    boolean zero = metric == Metric.COSINE && !normalise(x);
    for (int i = 0; i < dimension; i++) {
      x[i] = Math.clamp(x[i] - mean[i], -Float.MAX_VALUE, Float.MAX_VALUE);
    }
    return zero;
  }

  /// What a row or a query at this squared distance from the mean adds to its scores.
  float constant(double squares) {
    return switch (metric) {
      case L2 -> (float) Math.max(-squares, -Float.MAX_VALUE);
      case IP -> 0;
      case COSINE -> (float) (1 - squares / 2);
    };
  }

  double squares(float[] x) {
    double squares = 0;
    for (int i = 0; i < dimension; i++) {
      squares += (double) x[i] * x[i];
    }
    return squares;
  }

  static float largest(float[] x, int size) {
    float largest = 0;
    for (int i = 0; i < size; i++) {
      largest = Math.max(largest, Math.abs(x[i]));
    }
    return largest;
  }

  /// Of PQ, null for other formats.
  public @Nullable CodeWords words() {
    return words;
  }

  @Nullable Rotation rotation() {
    return rotation;
  }

  /// In double, so that the smallest and largest vectors become unit vectors, too; false for zero.
  boolean normalise(float[] x) {
    double squares = squares(x);
    if (squares == 0) {
      return false;
    }
    double by = 1 / Math.sqrt(squares);
    for (int i = 0; i < dimension; i++) {
      x[i] = (float) (x[i] * by);
    }
    return true;
  }
}
