package io.pandion.index;

import io.pandion.index.kernel.RowCodec;
import io.pandion.index.kernel.RowEncoder;
import io.pandion.index.kernel.RowFormat;
import io.pandion.index.kernel.Rows;
import io.pandion.model.Metric;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Objects;

/// Builds the graph of a segment in memory and writes its file.
///
/// Rows are linked by the distances of their SQ8 codes, whatever codes the index has, or of their
/// floats where those codes turn out too coarse ([CodeCheck]). Some rows are held out until it has
/// been measured with them what searches find ([GraphCalibration]). Memory: the graph, the codes,
/// and the SQ8 codes when they are others.
record GraphBuild(
    VectorRows vectors, Metric metric, GraphParams params, long seed, RowThreads threads) {
  /// Rows from which words are learnt.
  private static final int SAMPLE = 16_384;

  /// Numbers in the sample at most.
  private static final int MOST_SAMPLED = 1 << 26;

  void write(Path file) throws IOException {
    try (Arena arena = Arena.ofShared()) {
      int[] firstOf = new TwinFinder(vectors).firstOf();
      float[] mean = Means.of(vectors, metric);
      GraphCalibration calibration =
          new GraphCalibration(vectors, metric, params, firstOf, seed, threads);
      boolean[] later = later(firstOf, calibration.heldOut());
      RowCodec linking = new RowCodec(RowFormat.SQ8, metric, vectors.dimension(), mean);
      Linking links = link(encode(linking, arena), linking, later, arena);
      boolean free =
          params.kind() == GraphParams.Kind.HNSW || params.kind() == GraphParams.Kind.AUTOINDEX;
      RowFormat format = params.codes();
      if (free && !new CodeCheck(vectors, metric).fine(links.graph, links.codes, linking)) {
        format = RowFormat.FLOAT32;
        linking = new RowCodec(format, metric, vectors.dimension(), null);
        links = link(encode(linking, arena), linking, later, arena);
      }
      RowCodec codec = linking;
      Rows codes = links.codes;
      if (format != codes.format()) {
        codec = codec(format, mean);
        codes = encode(codec, arena);
      }
      RecallCurve curve =
          calibration.measure(links.graph, codes, codec, links.codes, linking, firstOf);
      add(links.builder, calibration.heldOut());
      RowFormat refined = params.refine().format;
      Rows refine = refined == null ? null : encode(codec(refined, mean), arena);
      new GraphWriter(links.graph, codes, codec, metric, params, curve, refine)
          .write(file, twins(firstOf));
    }
  }

  private RowCodec codec(RowFormat format, float[] mean) {
    if (format != RowFormat.PQ) {
      return new RowCodec(format, metric, vectors.dimension(), mean);
    }
    RowCodec centring = new RowCodec(RowFormat.SQ8, metric, vectors.dimension(), mean);
    ProductQuantizer words = Objects.requireNonNull(params.shape()).quantizer(vectors.dimension());
    words.train(sample(centring), seed, new Workers(threads.count()));
    return new RowCodec(format, metric, vectors.dimension(), mean, words);
  }

  /// Some rows relative to the mean.
  private float[] sample(RowCodec codec) {
    int dimension = vectors.dimension();
    int size = Math.min(vectors.rows(), Math.min(SAMPLE, MOST_SAMPLED / dimension));
    float[] out = new float[size * dimension];
    float[] vector = new float[dimension];
    for (int i = 0; i < size; i++) {
      vectors.read((int) ((long) vectors.rows() * i / size), vector);
      codec.centred(vector, 0, out, i * dimension);
    }
    return out;
  }

  /// A graph, and what adds rows to it.
  private record Linking(BuiltGraph graph, GraphBuilder builder, Rows codes) {}

  /// Rows that are not linked at first: those that hang on others, and those that are held out.
  private static boolean[] later(int[] firstOf, int[] heldOut) {
    boolean[] out = new boolean[firstOf.length];
    for (int row = 0; row < out.length; row++) {
      out[row] = firstOf[row] != row;
    }
    for (int row : heldOut) {
      out[row] = true;
    }
    return out;
  }

  private Rows encode(RowCodec codec, Arena arena) {
    int dimension = vectors.dimension();
    long stride = codec.stride();
    MemorySegment out = HugePages.allocate(arena, vectors.rows() * stride);
    threads.each(
        vectors.rows(),
        () -> {
          RowEncoder encoder = codec.encoder();
          float[] vector = new float[dimension];
          return row -> {
            vectors.read(row, vector);
            encoder.encode(vector, 0, out, row * stride);
          };
        });
    return codec.rows(out, vectors.rows());
  }

  private Linking link(Rows codes, RowCodec codec, boolean[] later, Arena arena) {
    int m = params.m();
    MemorySegment base = HugePages.allocate(arena, (long) codes.count() * Graph.recordBytes(m));
    base.fill((byte) 0xff);
    BuiltGraph graph = new BuiltGraph(m, base);
    int width = Math.max(1, Math.min(params.efConstruction(), codes.count()));
    GraphBuilder builder = new GraphBuilder(graph, codes, codec, width);
    threads.each(
        codes.count(),
        () -> {
          GraphBuilder.Worker worker = builder.new Worker();
          return row -> {
            if (!later[row]) {
              worker.add(row, GraphBuilder.level(row, m, seed));
            }
          };
        });
    return new Linking(graph, builder, codes);
  }

  private void add(GraphBuilder builder, int[] rows) {
    threads.each(
        rows.length,
        () -> {
          GraphBuilder.Worker worker = builder.new Worker();
          return i -> worker.add(rows[i], GraphBuilder.level(rows[i], params.m(), seed));
        });
  }

  /// For each row the next with the same vector.
  private static int[] twins(int[] firstOf) {
    int[] out = new int[firstOf.length];
    java.util.Arrays.fill(out, Graph.NONE);
    int[] last = new int[firstOf.length];
    for (int row = 0; row < firstOf.length; row++) {
      int first = firstOf[row];
      if (first != row) {
        out[last[first]] = row;
      }
      last[first] = row;
    }
    return out;
  }
}
