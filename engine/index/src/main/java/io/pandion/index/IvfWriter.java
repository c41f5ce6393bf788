package io.pandion.index;

import static io.pandion.index.SectionFile.INT;

import io.pandion.index.IvfParams.Coding;
import io.pandion.index.kernel.BlockScan;
import io.pandion.index.kernel.Rotation;
import io.pandion.index.kernel.RowCodec;
import io.pandion.index.kernel.RowEncoder;
import io.pandion.index.kernel.RowFormat;
import io.pandion.index.kernel.Rows;
import io.pandion.model.Metric;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Writes inverted lists: each row is in the list of the centre that is nearest to it.
///
/// The file is a [SectionFile] of kind IVF, version 1. Numbers are little-endian. A row's *rest* is
/// the row (COSINE: the unit vector) minus the centre of its list. Sections:
///
/// ```
/// 0  u32 rows, u32 dimension, u32 metric, u32 lists,
///    u32 coding (0 floats, 1 SQ8, 2 PQ, 3 RABITQ), u32 parts, u32 stages, u32 trailers (0 or 1)
/// 1  lists      x centre, a FLOAT32 row
/// 2  lists + 1  x u32 place of a list's first row
/// 3  rows       x u32 row number of each place, ascending in a list
/// 4  PQ only: stages x parts x ceil(dimension / parts) x 16 floats: that dimension of the 16 words
/// 5  floats, SQ8: rows by place (RowFormat FLOAT32, SQ8)
///    PQ, RABITQ: the blocks (BlockScan) of each list, which begins a block of its own. PQ: the
///    words of the rest. RABITQ: bits, 1 for positive, of the rotated rest, four a code.
/// 6  lists      x f32 spread: the root of the mean square of the list's rests
/// 7  what recall takes (RecallCurve); missing in small segments and in older files
/// ```
///
/// Blocks have trailers for RABITQ and for L2. The factor of a row is 1 for PQ; for RABITQ
/// `|rest|^2 / sum of |rest[i]|`, so that its product with the signs is right about itself (Gao and
/// Long, RaBitQ, 2024), twice that for L2. The constant is 0, for L2 `-2 centre · rest - |rest|^2`,
/// for PQ with the rest as its words have it.
final class IvfWriter {
  private static final int SAMPLE = 32_768;

  private final FloatRows vectors;
  private final Metric metric;
  private final IvfParams params;
  private final long seed;
  private final int rows;
  private final int dimension;
  private final int lists;
  private final int parts;
  private final boolean trailers;
  private final Workers workers;

  IvfWriter(FloatRows vectors, Metric metric, IvfParams params, long seed, Workers workers) {
    this.vectors = vectors;
    this.metric = metric;
    this.params = params;
    this.workers = workers;
    this.seed = seed;
    this.rows = vectors.rows();
    this.dimension = vectors.dimension();
    this.lists = params.lists(rows);
    this.parts = params.coding() == Coding.PQ ? params.parts(dimension) : 0;
    this.trailers = params.coding() == Coding.RABITQ || metric == Metric.L2;
  }

  void write(Path file) throws IOException {
    try (Arena arena = Arena.ofShared()) {
      Rows points = points(arena);
      IvfCalibration calibration = new IvfCalibration(vectors, metric, params.coding(), seed);
      KMeans means = new KMeans(points, calibration.heldOut(), seed, workers);
      Rows centres =
          rows == 0
              ? new Rows(RowFormat.FLOAT32, arena.allocate(points.stride(), 64), 1, dimension)
              : means.centres(lists, arena);
      int[] starts = new int[lists + 1];
      int[] numbers = KMeans.grouped(means.nearest(centres), starts);
      RestReader rests = new RestReader(points, centres);
      ProductQuantizer quantizer = quantizer(rests, starts, numbers);
      long[] lengths = {
        32,
        (long) lists * points.stride(),
        4L * (lists + 1),
        4L * rows,
        quantizer == null ? 0 : 4L * quantizer.words().length,
        codeBytes(starts),
        4L * lists,
        RecallTally.curveBytes()
      };
      SectionFile.write(
          file,
          SectionFile.IVF,
          1,
          calibration.possible() ? lengths : Arrays.copyOf(lengths, 7),
          sections -> {
            shape(sections[0]);
            sections[1].copyFrom(centres.data().asSlice(0, lengths[1]));
            MemorySegment.copy(starts, 0, sections[2], INT, 0, lists + 1);
            MemorySegment.copy(numbers, 0, sections[3], INT, 0, rows);
            if (quantizer != null) {
              float[] words = quantizer.words();
              MemorySegment.copy(words, 0, sections[4], RestReader.FLOAT, 0, words.length);
            }
            codes(rests, quantizer, starts, numbers, sections[5]);
            spreads(rests, starts, numbers, sections[6]);
            if (calibration.possible()) {
              IvfLists written = new IvfLists(sections, null, "IVF index", vectors, metric);
              calibration.measure(written, workers).write(sections[7]);
            }
          });
    }
  }

  /// The vectors, unit vectors for COSINE.
  private Rows points(Arena arena) {
    if (metric != Metric.COSINE) {
      return new Rows(RowFormat.FLOAT32, vectors.data(), rows, dimension);
    }
    RowCodec unit = new RowCodec(RowFormat.FLOAT32, Metric.COSINE, dimension, null);
    int stride = vectors.strideBytes();
    MemorySegment data = arena.allocate(Math.max(1, (long) rows * stride), 64);
    workers.share(
        rows,
        4096,
        (from, to) -> {
          RowEncoder encoder = unit.encoder();
          float[] vector = new float[dimension];
          for (int row = from; row < to; row++) {
            MemorySegment.copy(
                vectors.data(), RestReader.FLOAT, vectors.offset(row), vector, 0, dimension);
            encoder.encode(vector, 0, data, (long) row * stride);
          }
        });
    return new Rows(RowFormat.FLOAT32, data, rows, dimension);
  }

  private @Nullable ProductQuantizer quantizer(RestReader rests, int[] starts, int[] numbers) {
    if (params.coding() != Coding.PQ) {
      return null;
    }
    int size = Math.min(rows, SAMPLE);
    float[] sample = new float[size * dimension];
    float[] rest = new float[dimension];
    SplittableRandom random = new SplittableRandom(seed ^ 0x5eed);
    int list = 0;
    for (int i = 0; i < size; i++) {
      // one of each of `size` equal stretches of places
      int from = (int) ((long) rows * i / size);
      int place = random.nextInt(from, Math.max(from + 1, (int) ((long) rows * (i + 1) / size)));
      while (starts[list + 1] <= place) {
        list++;
      }
      rests.read(numbers[place], list, rest);
      System.arraycopy(rest, 0, sample, i * dimension, dimension);
    }
    ProductQuantizer quantizer =
        new ProductQuantizer(dimension, parts, params.stages(), BlockScan.BITS);
    quantizer.train(sample, seed, workers);
    return quantizer;
  }

  private void codes(
      RestReader rests,
      @Nullable ProductQuantizer quantizer,
      int[] starts,
      int[] numbers,
      MemorySegment out) {
    RowFormat format = params.coding() == Coding.SQ8 ? RowFormat.SQ8 : RowFormat.FLOAT32;
    if (params.coding() == Coding.FLAT || params.coding() == Coding.SQ8) {
      RowCodec codec = new RowCodec(format, metric, dimension, null);
      workers.share(rows, 4096, (from, to) -> rests.rows(codec, numbers, from, to, out));
      return;
    }
    BlockWriter writer = new BlockWriter(rests, metric, quantizer, trailers, out);
    long[] blockStarts = IvfLists.blockStarts(starts);
    workers.share(
        lists,
        4,
        (from, to) -> {
          for (int list = from; list < to; list++) {
            writer.list(list, numbers, starts[list], starts[list + 1], blockStarts[list]);
          }
        });
  }

  private void spreads(RestReader rests, int[] starts, int[] numbers, MemorySegment out) {
    workers.share(
        lists,
        16,
        (from, to) -> {
          float[] rest = new float[dimension];
          for (int list = from; list < to; list++) {
            double squares = 0;
            for (int place = starts[list]; place < starts[list + 1]; place++) {
              rests.read(numbers[place], list, rest);
              for (float x : rest) {
                squares += (double) x * x;
              }
            }
            int size = Math.max(1, starts[list + 1] - starts[list]);
            out.set(RestReader.FLOAT, 4L * list, (float) Math.sqrt(squares / size));
          }
        });
  }

  private long codeBytes(int[] starts) {
    return switch (params.coding()) {
      case FLAT -> (long) rows * RowFormat.FLOAT32.stride(dimension);
      case SQ8 -> (long) rows * RowFormat.SQ8.stride(dimension);
      case PQ -> blocks(starts, params.stages() * parts);
      case RABITQ -> blocks(starts, Rotation.size(dimension) / 4);
    };
  }

  private long blocks(int[] starts, int codes) {
    long blocks = 0;
    for (int list = 0; list < lists; list++) {
      blocks += (starts[list + 1] - starts[list] + BlockScan.ROWS - 1) / BlockScan.ROWS;
    }
    return blocks * BlockScan.blockBytes(BlockScan.groups(codes), trailers);
  }

  private void shape(MemorySegment section) {
    int[] numbers = {
      rows,
      dimension,
      SectionFile.code(metric),
      lists,
      params.coding().code,
      parts,
      params.stages(),
      trailers ? 1 : 0
    };
    for (int i = 0; i < numbers.length; i++) {
      section.set(INT, 4L * i, numbers[i]);
    }
  }
}
