package io.pandion.index;

import io.pandion.index.kernel.RowCodec;
import io.pandion.index.kernel.RowFormat;
import io.pandion.index.kernel.Rows;
import io.pandion.model.Metric;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A graph as it lies in its file, a [SectionFile] of kind HNSW, version 2. Numbers are u32,
/// little-endian; "none" is 0xffffffff. Sections:
///
/// ```
/// 0 shape    rows, dimension, metric (0 L2, 1 IP, 2 COSINE), M, entry row or none, top level,
///            format of the codes (0 FLOAT32, 1 FLOAT16, 2 BFLOAT16, 3 SQ8, 4 SQ4)
/// 1 base     rows x record of 2 M neighbours on level 0, see Graph
/// 2 upper    rows x the number of the row's first block in section 3, or none
/// 3 blocks   blocks of M neighbours, then none; a row of level n has n, for levels 1 to n
/// 4 twins    rows x the next row with the very same vector, or none
/// 5 mean     dimension x f32: what codes are relative to
/// 6 codes    rows x row, see RowFormat; a row starts at a multiple of 64 bytes
/// 7 curve    what recall takes, see RecallCurve; missing in small segments and in older files
/// ```
///
/// Of rows with the same vector only the first is in the graph; the others hang on it by `twins`.
record GraphFile(
    Graph graph, Rows codes, RowCodec codec, MemorySegment twins, @Nullable RecallCurve curve) {
  private static final int VERSION = 2;
  private static final int SHAPE_BYTES = 28;

  /// Writes a graph that was built in memory.
  ///
  /// @param twins of each row, or none
  static void write(
      Path file,
      BuiltGraph graph,
      Rows codes,
      RowCodec codec,
      Metric metric,
      int[] twins,
      @Nullable RecallCurve curve)
      throws IOException {
    int rows = codes.count();
    long blocks = 0;
    for (int row = 0; row < rows; row++) {
      int[] links = graph.links(row);
      blocks += links == null ? 0 : links.length;
    }
    long[] lengths = {
      SHAPE_BYTES,
      (long) rows * graph.recordBytes,
      4L * rows,
      4 * blocks,
      4L * rows,
      4L * codes.dimension(),
      (long) rows * codes.stride(),
      curve == null ? 0 : curve.bytes()
    };
    SectionFile.write(
        file,
        SectionFile.HNSW,
        VERSION,
        curve == null ? Arrays.copyOf(lengths, 7) : lengths,
        sections -> {
          shape(sections[0], graph, codes, metric);
          MemorySegment.copy(graph.base, 0, sections[1], 0, lengths[1]);
          uppers(graph, rows, sections[2], sections[3]);
          MemorySegment.copy(twins, 0, sections[4], SectionFile.INT, 0, rows);
          MemorySegment.copy(codec.mean(), 0, sections[5], SectionFile.FLOAT, 0, codes.dimension());
          MemorySegment.copy(codes.data(), 0, sections[6], 0, lengths[6]);
          if (curve != null) {
            curve.write(sections[7]);
          }
        });
  }

  private static void shape(MemorySegment shape, BuiltGraph graph, Rows codes, Metric metric) {
    int[] numbers = {
      codes.count(),
      codes.dimension(),
      SectionFile.code(metric),
      graph.m,
      graph.entry(),
      Math.max(0, graph.top()),
      code(codes.format())
    };
    MemorySegment.copy(numbers, 0, shape, SectionFile.INT, 0, numbers.length);
  }

  private static void uppers(
      BuiltGraph graph, int rows, MemorySegment upper, MemorySegment blocks) {
    int block = 0;
    for (int row = 0; row < rows; row++) {
      int[] links = graph.links(row);
      upper.set(SectionFile.INT, 4L * row, links == null ? Graph.NONE : block);
      if (links != null) {
        MemorySegment.copy(links, 0, blocks, SectionFile.INT, 4L * graph.m * block, links.length);
        block += links.length / graph.m;
      }
    }
  }

  /// Verifies a mapped file and shows what it holds.
  ///
  /// @throws io.pandion.model.PandionException CORRUPT_DATA when it is damaged, of an older version
  ///   or of other vectors
  static GraphFile open(MemorySegment file, String what, FloatRows vectors, Metric metric) {
    MemorySegment[] sections = SectionFile.open(file, what, SectionFile.HNSW, VERSION);
    SectionFile.check(
        (sections.length == 7 || sections.length == 8) && sections[0].byteSize() == SHAPE_BYTES,
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
    int stride = format.stride(shape[1]);
    boolean sized =
        m >= 2
            && m <= 2048
            && sections[1].byteSize() == (long) rows * Graph.recordBytes(m)
            && sections[2].byteSize() == 4L * rows
            && sections[3].byteSize() % (4L * m) == 0
            && sections[4].byteSize() == 4L * rows
            && sections[5].byteSize() == 4L * shape[1]
            && sections[6].byteSize() == (long) rows * stride;
    SectionFile.check(sized, what, "has sections of the wrong size");
    MappedGraph graph =
        new MappedGraph(m, rows, shape[4], shape[5], sections[1], sections[2], sections[3]);
    graph.check(what);
    checkTwins(sections[4], rows, what);
    return new GraphFile(
        graph,
        new Rows(format, sections[6], rows, shape[1]),
        new RowCodec(format, metric, shape[1], sections[5].toArray(SectionFile.FLOAT)),
        sections[4],
        sections.length == 8 ? RecallCurve.read(sections[7], what) : null);
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

  private static int code(RowFormat format) {
    return switch (format) {
      case FLOAT32 -> 0;
      case FLOAT16 -> 1;
      case BFLOAT16 -> 2;
      case SQ8 -> 3;
      case SQ4 -> 4;
    };
  }

  private static RowFormat format(int code, String what) {
    for (RowFormat format : RowFormat.values()) {
      if (code(format) == code) {
        return format;
      }
    }
    throw io.pandion.model.PandionException.corrupt(
        what + " has codes of the unknown format " + code + "; build the index again");
  }
}
