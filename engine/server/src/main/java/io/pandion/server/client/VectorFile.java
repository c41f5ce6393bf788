package io.pandion.server.client;

import io.pandion.model.Column;
import io.pandion.model.PandionException;
import io.pandion.storage.PlainParquet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Vectors in a file: Parquet with a list of FLOAT, or fvecs (for each vector its dimension as a
/// little-endian int, then its floats).
public final class VectorFile {
  private VectorFile() {}

  /// The GloVe words that come with Pandion: beside the jars, or in the repository.
  ///
  /// @throws PandionException NOT_FOUND
  public static Path words() {
    String home = System.getProperty("pandion.home", ".");
    List<Path> places =
        List.of(
            Path.of(home, "examples", "data", "glove-10k.parquet"),
            Path.of("examples", "data", "glove-10k.parquet"));
    for (Path place : places) {
      if (Files.isRegularFile(place)) {
        return place;
      }
    }
    throw PandionException.notFound(
        PandionException.Subject.NONE,
        "glove-10k.parquet is in none of "
            + places
            + "; start from the repository, or name the file with --file");
  }

  /// @throws PandionException INVALID_REQUEST
  public static Column.FloatVectors vectors(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".fvecs")) {
      return fvecs(file);
    }
    Map<String, Column> columns = PlainParquet.read(file);
    for (Column column : columns.values()) {
      if (column instanceof Column.FloatVectors vectors) {
        return vectors;
      }
    }
    throw PandionException.invalid(
        "file " + file + " has no column of vectors (list of FLOAT), only " + columns.keySet());
  }

  private static Column.FloatVectors fvecs(Path file) {
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer head = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      channel.read(head, 0);
      int dimension = head.flip().remaining() == Integer.BYTES ? head.getInt() : 0;
      long rowBytes = Integer.BYTES + (long) dimension * Float.BYTES;
      if (dimension < 1 || channel.size() % rowBytes != 0) {
        throw PandionException.invalid(
            "file " + file + " is not fvecs: " + channel.size() + " bytes, dimension " + dimension);
      }
      int rows = Math.toIntExact(channel.size() / rowBytes);
      float[] values = new float[Math.multiplyExact(rows, dimension)];
      ByteBuffer row = ByteBuffer.allocate((int) rowBytes).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < rows; i++) {
        row.clear();
        while (row.hasRemaining() && channel.read(row, i * rowBytes + row.position()) >= 0) {}
        row.flip();
        if (row.getInt() != dimension) {
          throw PandionException.invalid(
              "file " + file + " is not fvecs: vector " + i + " has another dimension");
        }
        row.asFloatBuffer().get(values, i * dimension, dimension);
      }
      return new Column.FloatVectors(values, dimension);
    } catch (IOException e) {
      throw new PandionException(
          PandionException.Reason.INVALID_REQUEST,
          PandionException.Subject.PARAMETER,
          "file " + file + " cannot be read: " + e,
          e);
    }
  }
}
