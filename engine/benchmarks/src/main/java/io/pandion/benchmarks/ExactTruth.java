package io.pandion.benchmarks;

import io.pandion.index.FloatRows;
import io.pandion.index.TopK;
import io.pandion.index.VectorIndex;
import io.pandion.index.VectorIndexTypes;
import io.pandion.index.VectorSearch;
import io.pandion.model.Metric;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.stream.IntStream;

/// Computes the truth by scanning all rows, once; later runs read the file.
final class ExactTruth {
  private ExactTruth() {}

  static void make(DataSet set, Share share) throws IOException {
    Path file = set.folder().resolve(share.truthFile());
    if (Files.exists(file)) {
      return;
    }
    System.err.println("exact truth of " + set.name() + ", share " + share.text() + " …");
    Path unfinished = set.folder().resolve(share.truthFile() + ".new");
    try (Arena arena = Arena.ofShared()) {
      VectorIndex flat = flat(set, set.base(arena), arena);
      float[][] queries = set.queryVectors(arena);
      VectorSearch search =
          new VectorSearch(DataSet.TRUTH, share.rows(set.rows()), Float.NaN, Float.NaN, Map.of());
      MemorySegment out = arena.allocate(4L * DataSet.TRUTH * queries.length, 4);
      out.fill((byte) -1);
      IntStream.range(0, queries.length)
          .parallel()
          .forEach(
              i -> {
                TopK top = new TopK();
                top.reset(DataSet.TRUTH);
                flat.search(queries[i], 0, search, top);
                top.sort();
                for (int j = 0; j < top.size(); j++) {
                  out.set(DataSet.INT, 4L * (DataSet.TRUTH * i + j), top.row(j));
                }
              });
      try (FileChannel channel =
          FileChannel.open(
              unfinished,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        channel.write(out.asByteBuffer());
      }
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private static VectorIndex flat(DataSet set, FloatRows rows, Arena arena) throws IOException {
    Path file = set.folder().resolve("flat.new");
    Files.deleteIfExists(file);
    VectorIndexTypes.of("FLAT").build(rows, Metric.IP, Map.of(), 1, file);
    try (FileChannel channel = FileChannel.open(file)) {
      MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      return VectorIndexTypes.of("FLAT").open(mapped, rows, Metric.IP);
    } finally {
      Files.delete(file);
    }
  }
}
