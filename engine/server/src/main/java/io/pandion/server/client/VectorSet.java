package io.pandion.server.client;

import io.pandion.model.Column;
import io.pandion.model.PandionException;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/// A data set as `pandion bench data` makes it: a folder with `set.properties` (dimension, rows,
/// queries), `base.f32` and `query.f32` (little-endian floats, row by row).
public record VectorSet(Column.FloatVectors base, Column.FloatVectors queries) {
  /// A folder with a whole data set.
  ///
  /// @throws PandionException NOT_FOUND
  public static Path require(Path folder) {
    if (!Files.exists(folder.resolve("set.properties"))) {
      throw PandionException.notFound(
          PandionException.Subject.NONE,
          "there is no data set in "
              + folder
              + "; make it with: pandion bench data --data "
              + folder.toAbsolutePath().getParent()
              + " --set "
              + folder.getFileName());
    }
    return folder;
  }

  /// @throws PandionException NOT_FOUND, INVALID_REQUEST
  public static VectorSet open(Path folder) {
    Path properties = require(folder).resolve("set.properties");
    try (var in = Files.newInputStream(properties)) {
      Properties of = new Properties();
      of.load(in);
      int dimension = Integer.parseInt(of.getProperty("dimension", ""));
      return new VectorSet(
          vectors(folder.resolve("base.f32"), of.getProperty("rows", ""), dimension),
          vectors(folder.resolve("query.f32"), of.getProperty("queries", ""), dimension));
    } catch (IOException | NumberFormatException e) {
      throw new PandionException(
          PandionException.Reason.INVALID_REQUEST,
          PandionException.Subject.PARAMETER,
          "the data set in " + folder + " cannot be read: " + e,
          e);
    }
  }

  private static Column.FloatVectors vectors(Path file, String count, int dimension)
      throws IOException {
    int rows = Integer.parseInt(count);
    long bytes = (long) rows * dimension * Float.BYTES;
    try (FileChannel channel = FileChannel.open(file)) {
      if (channel.size() != bytes) {
        throw new IOException(file + " has " + channel.size() + " bytes, not " + bytes);
      }
      float[] values = new float[Math.multiplyExact(rows, dimension)];
      FloatBuffer floats =
          channel
              .map(FileChannel.MapMode.READ_ONLY, 0, bytes)
              .order(ByteOrder.LITTLE_ENDIAN)
              .asFloatBuffer();
      floats.get(values);
      return new Column.FloatVectors(values, dimension);
    }
  }
}
