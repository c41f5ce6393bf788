package io.pandion.index.binary;

import static io.pandion.index.SectionFile.INT;

import io.pandion.index.SectionFile;
import io.pandion.index.TopK;
import io.pandion.index.VectorIteration;
import io.pandion.index.VectorSearch;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/// BIN_FLAT: the exact scan. The file (a [SectionFile] of kind BINARY_FLAT, version 1) has one
/// section: u32 rows, u32 dimension, u32 metric (0 HAMMING, 1 JACCARD), u32 0. The vectors stay
/// where they are.
///
/// @param vectors what is searched
record BinaryFlatIndex(BinaryRows vectors, BinaryMetric metric) implements BinaryIndex {
  static void write(BinaryRows vectors, BinaryMetric metric, Path file) throws IOException {
    SectionFile.write(
        file,
        SectionFile.BINARY_FLAT,
        1,
        new long[] {16},
        sections -> {
          sections[0].set(INT, 0, vectors.rows());
          sections[0].set(INT, 4, vectors.dimension());
          sections[0].set(INT, 8, metric.code);
        });
  }

  static BinaryFlatIndex open(MemorySegment file, BinaryRows vectors, BinaryMetric metric) {
    MemorySegment shape = SectionFile.open(file, "BIN_FLAT index", SectionFile.BINARY_FLAT, 1)[0];
    BinaryLists.checkShape(shape, vectors, metric, "BIN_FLAT index");
    return new BinaryFlatIndex(vectors, metric);
  }

  @Override
  public int rows() {
    return vectors.rows();
  }

  @Override
  public VectorIteration iterate(byte[] query, int offset, VectorSearch search) {
    return BinaryScan.iterate(vectors, metric, query, offset, search);
  }

  @Override
  public void search(byte[] query, int offset, VectorSearch search, TopK into) {
    BinaryScan.search(vectors, 0, metric, query, offset, search, into);
  }
}
