package io.pandion.index;

import io.pandion.index.kernel.RowCodec;
import io.pandion.index.kernel.Rows;
import io.pandion.model.Metric;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Writes a graph that was built in memory as a [GraphFile].
///
/// @param refine codes by which the best rows are ranked again, null for none
record GraphWriter(
    BuiltGraph graph,
    Rows codes,
    RowCodec codec,
    Metric metric,
    GraphParams params,
    @Nullable RecallCurve curve,
    @Nullable Rows refine) {
  /// @param twins of each row, or none
  void write(Path file, int[] twins) throws IOException {
    int rows = codes.count();
    float[] mean = codec.mean();
    long blocks = 0;
    for (int row = 0; row < rows; row++) {
      int[] links = graph.links(row);
      blocks += links == null ? 0 : links.length;
    }
    float[] words = codec.words() instanceof ProductQuantizer q ? q.words() : new float[0];
    long[] lengths = {
      GraphFile.SHAPE_BYTES,
      (long) rows * graph.recordBytes,
      4L * rows,
      4 * blocks,
      4L * rows,
      4L * mean.length,
      (long) rows * codes.stride(),
      curve == null ? 0 : curve.bytes(),
      words.length == 0 ? 0 : GraphFile.WORDS_HEADER + 4L * words.length,
      refine == null ? 0 : (long) rows * refine.stride()
    };
    int count = lengths[8] + lengths[9] > 0 ? 10 : curve == null ? 7 : 8;
    SectionFile.write(
        file,
        SectionFile.HNSW,
        GraphFile.VERSION,
        Arrays.copyOf(lengths, count),
        sections -> {
          shape(sections[0], mean.length);
          MemorySegment.copy(graph.base, 0, sections[1], 0, lengths[1]);
          uppers(sections[2], sections[3]);
          MemorySegment.copy(twins, 0, sections[4], SectionFile.INT, 0, rows);
          MemorySegment.copy(mean, 0, sections[5], SectionFile.FLOAT, 0, mean.length);
          MemorySegment.copy(codes.data(), 0, sections[6], 0, lengths[6]);
          if (curve != null) {
            curve.write(sections[7]);
          }
          if (words.length > 0) {
            words(sections[8], words);
          }
          if (refine != null) {
            MemorySegment.copy(refine.data(), 0, sections[9], 0, lengths[9]);
          }
        });
  }

  private void shape(MemorySegment shape, int dimension) {
    int[] numbers = {
      codes.count(),
      dimension,
      SectionFile.code(metric),
      graph.m,
      graph.entry(),
      Math.max(0, graph.top()),
      GraphFile.code(codes.format()),
      GraphFile.code(params.refine())
    };
    MemorySegment.copy(numbers, 0, shape, SectionFile.INT, 0, numbers.length);
  }

  private void words(MemorySegment section, float[] words) {
    CodeShape shape = java.util.Objects.requireNonNull(params.shape());
    int[] numbers = {shape.parts(codec.dimension()), shape.stages(), shape.bits(), 0};
    MemorySegment.copy(numbers, 0, section, SectionFile.INT, 0, numbers.length);
    MemorySegment.copy(words, 0, section, SectionFile.FLOAT, GraphFile.WORDS_HEADER, words.length);
  }

  private void uppers(MemorySegment upper, MemorySegment blocks) {
    int block = 0;
    for (int row = 0; row < codes.count(); row++) {
      int[] links = graph.links(row);
      upper.set(SectionFile.INT, 4L * row, links == null ? Graph.NONE : block);
      if (links != null) {
        MemorySegment.copy(links, 0, blocks, SectionFile.INT, 4L * graph.m * block, links.length);
        block += links.length / graph.m;
      }
    }
  }
}
