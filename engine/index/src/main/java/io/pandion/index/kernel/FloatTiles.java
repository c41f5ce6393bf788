package io.pandion.index.kernel;

import static io.pandion.index.kernel.LaneKernel.LANES;
import static io.pandion.index.kernel.LaneKernel.load;
import static io.pandion.index.kernel.LaneKernel.sum;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/// The loops of [LaneKernel] over two queries and four rows of floats at a time, so that each row
/// is read once for two products and each query once for four. Sums have the order of one query's.
final class FloatTiles {
  private FloatTiles() {}

  /// Scores four rows from `at` on: of the first query to `out[to]` and on, of the second to
  /// `out[to + next]` and on.
  static void eight(
      RowQuery first,
      RowQuery second,
      MemorySegment rows,
      long at,
      long stride,
      float[] out,
      int to,
      int next) {
    if (first.l2) {
      distances(first.floats, second.floats, rows, at, stride, out, to, to + next);
    } else {
      products(first.floats, second.floats, rows, at, stride, out, to, to + next);
    }
  }

  private static void products(
      float[] one,
      float[] two,
      MemorySegment rows,
      long at,
      long stride,
      float[] out,
      int to,
      int next) {
    FloatVector a = FloatVector.zero(LANES);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    FloatVector e = a;
    FloatVector f = a;
    FloatVector g = a;
    FloatVector h = a;
    for (int i = 0; i < one.length; i += LANES.length()) {
      FloatVector p = FloatVector.fromArray(LANES, one, i);
      FloatVector q = FloatVector.fromArray(LANES, two, i);
      FloatVector w = load(rows, at + 4L * i);
      FloatVector x = load(rows, at + stride + 4L * i);
      FloatVector y = load(rows, at + 2 * stride + 4L * i);
      FloatVector z = load(rows, at + 3 * stride + 4L * i);
      a = p.fma(w, a);
      b = p.fma(x, b);
      c = p.fma(y, c);
      d = p.fma(z, d);
      e = q.fma(w, e);
      f = q.fma(x, f);
      g = q.fma(y, g);
      h = q.fma(z, h);
    }
    out[to] = sum(a);
    out[to + 1] = sum(b);
    out[to + 2] = sum(c);
    out[to + 3] = sum(d);
    out[next] = sum(e);
    out[next + 1] = sum(f);
    out[next + 2] = sum(g);
    out[next + 3] = sum(h);
  }

  private static void distances(
      float[] one,
      float[] two,
      MemorySegment rows,
      long at,
      long stride,
      float[] out,
      int to,
      int next) {
    FloatVector a = FloatVector.zero(LANES);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    FloatVector e = a;
    FloatVector f = a;
    FloatVector g = a;
    FloatVector h = a;
    for (int i = 0; i < one.length; i += LANES.length()) {
      FloatVector p = FloatVector.fromArray(LANES, one, i);
      FloatVector q = FloatVector.fromArray(LANES, two, i);
      FloatVector w = load(rows, at + 4L * i);
      FloatVector x = load(rows, at + stride + 4L * i);
      FloatVector y = load(rows, at + 2 * stride + 4L * i);
      FloatVector z = load(rows, at + 3 * stride + 4L * i);
      a = square(p.sub(w), a);
      b = square(p.sub(x), b);
      c = square(p.sub(y), c);
      d = square(p.sub(z), d);
      e = square(q.sub(w), e);
      f = square(q.sub(x), f);
      g = square(q.sub(y), g);
      h = square(q.sub(z), h);
    }
    out[to] = 0f - sum(a);
    out[to + 1] = 0f - sum(b);
    out[to + 2] = 0f - sum(c);
    out[to + 3] = 0f - sum(d);
    out[next] = 0f - sum(e);
    out[next + 1] = 0f - sum(f);
    out[next + 2] = 0f - sum(g);
    out[next + 3] = 0f - sum(h);
  }

  private static FloatVector square(FloatVector far, FloatVector sum) {
    return far.fma(far, sum);
  }
}
