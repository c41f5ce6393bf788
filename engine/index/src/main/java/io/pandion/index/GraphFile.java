package io.pandion.index;

import io.pandion.index.kernel.RowCodec;
import io.pandion.index.kernel.RowFormat;
import io.pandion.index.kernel.Rows;
import io.pandion.model.Metric;
import io.pandion.model.PandionException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// A graph as it lies in its file, a [SectionFile] of kind HNSW, version 2. Numbers are u32,
/// little-endian; "none" is 0xffffffff. Sections:
///
/// ```
/// 0 shape    rows, dimension, metric (0 L2, 1 IP, 2 COSINE), M, entry row or none, top level,
///            format of the codes (0 FLOAT32, 1 FLOAT16, 2 BFLOAT16, 3 SQ8, 4 SQ4, 5 PQ), by what
///            the best rows are ranked again (0 their floats, 1 nothing, 2 FLOAT16, 3 BFLOAT16,
///            4 SQ8 codes of section 9; missing in older files, 0 then)
/// 1 base     rows x record of 2 M neighbours on level 0, see Graph
/// 2 upper    rows x the number of the row's first block in section 3, or none
/// 3 blocks   blocks of M neighbours, then none; a row of level n has n, for levels 1 to n
/// 4 twins    rows x the next row with the very same vector, or none
/// 5 mean     dimension x f32: what codes are relative to
/// 6 codes    rows x row, see RowFormat
/// 7 curve    what recall takes, see RecallCurve; missing or empty in small segments, and missing
///            in older files
/// 8 words    with PQ codes: parts, stages and bits of the codes, 0, then the words of a
///            ProductQuantizer as f32: for each stage, part and dimension of a part (the dimension
///            over the parts, rounded up), those of all 2^bits words. Else empty or missing
/// 9 refine   rows x row, see RowFormat, by which the best rows are ranked again; or empty or
///            missing, as the shape says
/// ```
///
/// Of rows with the same vector only the first is in the graph; the others hang on it by `twins`.
record GraphFile(
    Graph graph,
    Rows codes,
    RowCodec codec,
    MemorySegment twins,
    @Nullable RecallCurve curve,
    Ranking ranking) {
  static final int VERSION = 2;
  static final int SHAPE_BYTES = 32;
  private static final int OLDER_SHAPE_BYTES = 28;

  /// Before the words.
  static final int WORDS_HEADER = 16;

  private static final MemorySegment NONE = MemorySegment.NULL;

  /// Verifies a mapped file and shows what it holds.
  ///
  /// @throws io.pandion.model.PandionException CORRUPT_DATA when it is damaged, of an older version
  ///   or of other vectors
  static GraphFile open(MemorySegment file, String what, VectorRows vectors, Metric metric) {
    MemorySegment[] sections = SectionFile.open(file, what, SectionFile.HNSW, VERSION);
    SectionFile.check(
        (sections.length == 7 || sections.length == 8 || sections.length == 10)
            && (sections[0].byteSize() == SHAPE_BYTES
                || sections[0].byteSize() == OLDER_SHAPE_BYTES),
        what,
        "lacks sections");
    int[] shape = sections[0].toArray(SectionFile.INT);
    SectionFile.check(
        shape[0] == vectors.rows()
            && shape[1] == vectors.dimension()
            && shape[2] == SectionFile.code(metric),
        what,
        "was built for other vectors or another metric");
    int rows = shape[0];
    int m = shape[3];
    RowFormat format = format(shape[6], what);
    float[] mean = sections[5].toArray(SectionFile.FLOAT);
    SectionFile.check(mean.length == shape[1], what, "has sections of the wrong size");
    ProductQuantizer words = words(format, section(sections, 8), shape[1], what);
    RowCodec codec = new RowCodec(format, metric, shape[1], mean, words);
    boolean sized =
        m >= 2
            && m <= 2048
            && sections[1].byteSize() == (long) rows * Graph.recordBytes(m)
            && sections[2].byteSize() == 4L * rows
            && sections[3].byteSize() % (4L * m) == 0
            && sections[4].byteSize() == 4L * rows
            && sections[6].byteSize() == (long) rows * codec.stride();
    SectionFile.check(sized, what, "has sections of the wrong size");
    MappedGraph graph =
        new MappedGraph(m, rows, shape[4], shape[5], sections[1], sections[2], sections[3]);
    graph.check(what);
    checkTwins(sections[4], rows, what);
    return new GraphFile(
        graph,
        codec.rows(sections[6], rows),
        codec,
        sections[4],
        curve(sections, what),
        ranking(shape, section(sections, 9), metric, mean, what));
  }

  private static MemorySegment section(MemorySegment[] sections, int i) {
    return i < sections.length ? sections[i] : NONE;
  }

  private static @Nullable RecallCurve curve(MemorySegment[] sections, String what) {
    boolean none = sections.length == 7 || (sections.length == 10 && sections[7].byteSize() == 0);
    return none ? null : RecallCurve.read(sections[7], what);
  }

  private static @Nullable ProductQuantizer words(
      RowFormat format, MemorySegment section, int dimension, String what) {
    if (format != RowFormat.PQ) {
      return null;
    }
    String fault = "has wrong words";
    SectionFile.check(section.byteSize() >= WORDS_HEADER, what, fault);
    int parts = section.get(SectionFile.INT, 0);
    int stages = section.get(SectionFile.INT, 4);
    int bits = section.get(SectionFile.INT, 8);
    SectionFile.check(
        parts > 0 && parts <= dimension && stages > 0 && stages < 256 && bits > 0 && bits <= 8,
        what,
        fault);
    long numbers = ProductQuantizer.words(dimension, parts, stages, bits);
    SectionFile.check(section.byteSize() == WORDS_HEADER + 4 * numbers, what, fault);
    float[] words = section.asSlice(WORDS_HEADER).toArray(SectionFile.FLOAT);
    return new ProductQuantizer(dimension, parts, stages, bits, words);
  }

  private static Ranking ranking(
      int[] shape, MemorySegment section, Metric metric, float[] mean, String what) {
    Refine refine = refine(shape.length < 8 ? 0 : shape[7], what);
    RowFormat format = refine.format;
    if (format == null) {
      return new Ranking(refine, null, null);
    }
    RowCodec codec = new RowCodec(format, metric, mean.length, mean);
    SectionFile.check(
        section.byteSize() == (long) shape[0] * codec.stride(),
        what,
        "has sections of the wrong size");
    return new Ranking(refine, codec.rows(section, shape[0]), codec);
  }

  private static Refine refine(int code, String what) {
    for (Refine refine : Refine.values()) {
      if (code(refine) == code) {
        return refine;
      }
    }
    throw PandionException.corrupt(
        what + " ranks rows by the unknown format " + code + "; build the index again");
  }

  static int code(Refine refine) {
    return switch (refine) {
      case FLOATS -> 0;
      case NOTHING -> 1;
      case FP16 -> 2;
      case BF16 -> 3;
      case SQ8 -> 4;
    };
  }

  /// A later row each, so that no chain has a loop.
  private static void checkTwins(MemorySegment twins, int rows, String what) {
    for (int row = 0; row < rows; row++) {
      int next = twins.get(SectionFile.INT, 4L * row);
      SectionFile.check(
          next == Graph.NONE || (next > row && next < rows),
          what,
          "has a wrong twin of row " + row);
    }
  }

  static int code(RowFormat format) {
    return switch (format) {
      case FLOAT32 -> 0;
      case FLOAT16 -> 1;
      case BFLOAT16 -> 2;
      case SQ8 -> 3;
      case SQ4 -> 4;
      case PQ -> 5;
      case INT8 -> throw PandionException.invalid("a graph has no codes of INT8");
    };
  }

  private static RowFormat format(int code, String what) {
    for (RowFormat format : RowFormat.values()) {
      if (format != RowFormat.INT8 && code(format) == code) {
        return format;
      }
    }
    throw PandionException.corrupt(
        what + " has codes of the unknown format " + code + "; build the index again");
  }
}
