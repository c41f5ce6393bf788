package io.pandion.server;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/// The ten thousand words of the examples' data, with the exact nearest neighbours by cosine.
final class GloveWords {
  static final int DIMENSION = 100;

  private final List<String> words = new ArrayList<>();
  private final List<float[]> vectors = new ArrayList<>();

  /// Reads `examples/data/glove-10k.parquet`.
  GloveWords() throws SQLException {
    Path file = Path.of("..", "..", "examples", "data", "glove-10k.parquet").toAbsolutePath();
    if (!Files.exists(file)) {
      throw new IllegalStateException("the words are missing: " + file);
    }
    try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duck.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT word, vector FROM '" + file + "' ORDER BY id")) {
      while (rows.next()) {
        words.add(rows.getString(1));
        Object[] values = (Object[]) rows.getArray(2).getArray();
        float[] vector = new float[values.length];
        for (int i = 0; i < vector.length; i++) {
          vector[i] = (Float) values[i];
        }
        vectors.add(vector);
      }
    }
  }

  int size() {
    return words.size();
  }

  float[] vector(int id) {
    return vectors.get(id).clone();
  }

  JsonObject row(int id) {
    List<Float> vector = new ArrayList<>();
    for (float value : vectors.get(id)) {
      vector.add(value);
    }
    return EveryType.json(Map.of("id", (long) id, "word", words.get(id), "vector", vector));
  }

  /// Ids of the nearest words that pass, near first.
  List<Long> nearest(float[] query, int k, IntPredicate filter) {
    double[] scores = new double[size()];
    IntStream.range(0, size()).forEach(i -> scores[i] = cosine(query, vectors.get(i)));
    return IntStream.range(0, size())
        .filter(filter)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -scores[i]))
        .limit(k)
        .map(Integer::longValue)
        .toList();
  }

  private static double cosine(float[] a, float[] b) {
    double dot = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      dot += a[i] * b[i];
      aa += a[i] * a[i];
      bb += b[i] * b[i];
    }
    return dot / Math.sqrt(aa * bb);
  }

  /// The mean of two words' vectors: a point where no word is.
  float[] between(int a, int b) {
    float[] mean = Arrays.copyOf(vectors.get(a), DIMENSION);
    for (int i = 0; i < DIMENSION; i++) {
      mean[i] = (mean[i] + vectors.get(b)[i]) / 2;
    }
    return mean;
  }
}
