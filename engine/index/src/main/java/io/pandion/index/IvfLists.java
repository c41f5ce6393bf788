package io.pandion.index;

import static io.pandion.index.SectionFile.INT;

import io.pandion.index.IvfParams.Coding;
import io.pandion.index.kernel.BlockScan;
import io.pandion.index.kernel.Rotation;
import io.pandion.index.kernel.RowCodec;
import io.pandion.index.kernel.RowFormat;
import io.pandion.index.kernel.Rows;
import io.pandion.model.Metric;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The mapped file of [IvfWriter]. Immutable, any number of threads.
final class IvfLists {
  final Coding coding;
  final boolean trailers;
  final Rows centres;

  /// Finds lists, and what a centre adds to the scores of its rows.
  final RowCodec coarse;

  /// The root of the mean square of each list's rests.
  final float[] spreads;

  final MemorySegment codes;

  /// Rows by place, where rows are not in blocks.
  final @Nullable Rows rows;

  final RowCodec rowCodec;
  final @Nullable ProductQuantizer quantizer;
  final @Nullable Rotation rotation;
  private final MemorySegment numbers;
  private final int[] starts;
  private final long[] blockStarts;

  /// What recall takes, null where nothing was measured.
  final @Nullable RecallCurve curve;

  static IvfLists open(MemorySegment file, String what, FloatRows vectors, Metric metric) {
    MemorySegment[] sections = SectionFile.open(file, what, SectionFile.IVF, 1);
    SectionFile.check(
        sections.length == 7 || sections.length == 8,
        what,
        "has " + sections.length + " sections, not 7 or 8");
    RecallCurve curve = sections.length == 8 ? RecallCurve.read(sections[7], what) : null;
    return new IvfLists(sections, curve, what, vectors, metric);
  }

  IvfLists(
      MemorySegment[] sections,
      @Nullable RecallCurve curve,
      String what,
      FloatRows vectors,
      Metric metric) {
    this.curve = curve;
    MemorySegment shape = sections[0];
    int dimension = vectors.dimension();
    SectionFile.check(
        shape.get(INT, 0) == vectors.rows()
            && shape.get(INT, 4) == dimension
            && shape.get(INT, 8) == SectionFile.code(metric),
        what,
        "was built for other vectors or another metric");
    int lists = shape.get(INT, 12);
    this.coding = coding(shape.get(INT, 16), what);
    this.trailers = shape.get(INT, 28) == 1;
    this.centres = new Rows(RowFormat.FLOAT32, sections[1], lists, dimension);
    Metric byCentre = metric == Metric.L2 ? Metric.L2 : Metric.IP;
    this.coarse = new RowCodec(RowFormat.FLOAT32, byCentre, dimension, null);
    this.starts = sections[2].toArray(INT);
    this.blockStarts = blockStarts(starts);
    this.numbers = sections[3];
    this.codes = sections[5];
    this.spreads = sections[6].toArray(RestReader.FLOAT);
    RowFormat format = coding == Coding.SQ8 ? RowFormat.SQ8 : RowFormat.FLOAT32;
    this.rowCodec = new RowCodec(format, metric, dimension, null);
    boolean blocks = coding == Coding.PQ || coding == Coding.RABITQ;
    this.rows = blocks ? null : new Rows(format, codes, vectors.rows(), dimension);
    this.quantizer =
        coding == Coding.PQ
            ? new ProductQuantizer(
                dimension,
                shape.get(INT, 20),
                shape.get(INT, 24),
                BlockScan.BITS,
                sections[4].toArray(RestReader.FLOAT))
            : null;
    this.rotation = coding == Coding.RABITQ ? new Rotation(dimension) : null;
  }

  private static Coding coding(int code, String what) {
    for (Coding coding : Coding.values()) {
      if (coding.code == code) {
        return coding;
      }
    }
    SectionFile.check(false, what, "has the unknown coding " + code);
    return Coding.FLAT;
  }

  /// The number of each list's first block.
  static long[] blockStarts(int[] starts) {
    long[] out = new long[starts.length];
    for (int list = 0; list + 1 < starts.length; list++) {
      int size = starts[list + 1] - starts[list];
      out[list + 1] = out[list] + (size + BlockScan.ROWS - 1) / BlockScan.ROWS;
    }
    return out;
  }

  int count() {
    return starts.length - 1;
  }

  /// Place of a list's first row; that of list [#count] is the end of the last.
  int start(int list) {
    return starts[list];
  }

  /// The list that has a place.
  int listOf(int place) {
    int low = 0;
    int high = count() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (starts[middle] <= place) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /// The codes of a row in blocks.
  int codesOfRow() {
    return quantizer != null ? quantizer.codes() : Rotation.size(centres.dimension()) / 4;
  }

  long blockStart(int list) {
    return blockStarts[list] * BlockScan.blockBytes(BlockScan.groups(codesOfRow()), trailers);
  }

  /// The row number of a place.
  int number(int place) {
    return numbers.get(INT, 4L * place);
  }
}
