package io.pandion.index.sparse;

import io.pandion.index.IndexParams;
import io.pandion.model.PandionException;
import java.util.List;
import java.util.Map;

/// Parameters of a sparse index.
///
/// @param algorithm how it is searched
/// @param dropRatio share of the smallest values that the index leaves out
record SparseParams(Algorithm algorithm, double dropRatio) {
  /// How an index is searched; all find the same rows.
  enum Algorithm {
    /// Windows of rows; where the best rows rule out a window or a term, it is not read.
    DAAT_MAXSCORE(0),
    /// Row by row, leaping over blocks that the best rows rule out.
    DAAT_WAND(1),
    /// All postings of all terms.
    TAAT_NAIVE(2);

    /// The number of the algorithm in files.
    final int code;

    Algorithm(int code) {
      this.code = code;
    }

    static Algorithm of(int code) {
      for (Algorithm algorithm : values()) {
        if (algorithm.code == code) {
          return algorithm;
        }
      }
      throw PandionException.corrupt(
          "sparse index has the unknown algorithm " + code + "; build the index again");
    }
  }

  private static final List<String> ALGORITHMS =
      List.of("DAAT_MAXSCORE", "DAAT_WAND", "TAAT_NAIVE");

  static SparseParams of(Map<String, String> params, Algorithm otherwise) {
    String word = IndexParams.choice(params, "inverted_index_algo", ALGORITHMS, otherwise.name());
    return new SparseParams(Algorithm.valueOf(word), IndexParams.ratio(params, "drop_ratio_build"));
  }

  static double dropRatioSearch(Map<String, String> params) {
    return IndexParams.ratio(params, "drop_ratio_search");
  }
}
