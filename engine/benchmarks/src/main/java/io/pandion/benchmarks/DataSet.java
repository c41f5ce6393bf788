package io.pandion.benchmarks;

import io.pandion.index.FloatRows;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Properties;

/// Unit vectors, held-out queries and the exact truth about them, in a folder:
///
/// ```
/// set.properties    dimension, rows, queries
/// base.f32          rows x dimension little-endian floats
/// query.f32         queries x dimension floats
/// truth-SHARE.i32   queries x 100 row numbers of the nearest rows that pass, -1 where there are fewer
/// ```
///
/// @param folder that holds the files
record DataSet(Path folder, String name, int dimension, int rows, int queries) {
  static final int TRUTH = 100;
  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  static boolean exists(Path folder) {
    return Files.exists(folder.resolve("set.properties"));
  }

  static DataSet open(Path folder) throws IOException {
    Properties properties = new Properties();
    try (var in = Files.newInputStream(folder.resolve("set.properties"))) {
      properties.load(in);
    }
    return new DataSet(
        folder,
        folder.getFileName().toString(),
        Integer.parseInt(properties.getProperty("dimension")),
        Integer.parseInt(properties.getProperty("rows")),
        Integer.parseInt(properties.getProperty("queries")));
  }

  /// Writes a set; the properties come last, so that what is there is whole.
  static DataSet write(Path folder, int dimension, List<float[]> base, List<float[]> queries)
      throws IOException {
    Files.createDirectories(folder);
    vectors(folder.resolve("base.f32"), base);
    vectors(folder.resolve("query.f32"), queries);
    Path properties = folder.resolve("set.properties.new");
    Files.writeString(
        properties,
        "dimension=%d%nrows=%d%nqueries=%d%n".formatted(dimension, base.size(), queries.size()));
    Files.move(properties, folder.resolve("set.properties"), StandardCopyOption.ATOMIC_MOVE);
    return open(folder);
  }

  private static void vectors(Path file, List<float[]> vectors) throws IOException {
    try (var out = new java.io.BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      for (float[] vector : vectors) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[4 * vector.length]);
        MemorySegment.copy(vector, 0, bytes, FLOAT, 0, vector.length);
        out.write(bytes.toArray(ValueLayout.JAVA_BYTE));
      }
    }
  }

  /// The rows, padded as the index wants them, outside the heap.
  FloatRows base(Arena arena) throws IOException {
    MemorySegment file = map("base.f32", arena);
    int stride = FloatRows.stride(dimension);
    MemorySegment out = arena.allocate((long) rows * stride, 4096);
    for (int row = 0; row < rows; row++) {
      MemorySegment.copy(file, 4L * dimension * row, out, (long) row * stride, 4L * dimension);
    }
    return new FloatRows(out, rows, dimension, stride);
  }

  float[][] queryVectors(Arena arena) throws IOException {
    return vectors(map("query.f32", arena), queries);
  }

  float[][] baseVectors(Arena arena) throws IOException {
    return vectors(map("base.f32", arena), rows);
  }

  private float[][] vectors(MemorySegment file, int count) {
    float[][] out = new float[count][dimension];
    for (int i = 0; i < count; i++) {
      MemorySegment.copy(file, FLOAT, 4L * dimension * i, out[i], 0, dimension);
    }
    return out;
  }

  /// The nearest rows of each query among those that pass.
  int[][] truth(Share share, Arena arena) throws IOException {
    MemorySegment file = map(share.truthFile(), arena);
    int[][] out = new int[queries][TRUTH];
    for (int i = 0; i < queries; i++) {
      MemorySegment.copy(file, INT, 4L * TRUTH * i, out[i], 0, TRUTH);
    }
    return out;
  }

  private MemorySegment map(String file, Arena arena) throws IOException {
    try (FileChannel channel = FileChannel.open(folder.resolve(file))) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    }
  }
}
