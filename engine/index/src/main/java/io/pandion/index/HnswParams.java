package io.pandion.index;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.model.PandionException.Subject;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Parameters of a graph, in Milvus' names, ranges and words.
record HnswParams(int m, int efConstruction) {
  private static final int LEAST_EF = 64;

  static HnswParams of(Map<String, String> params, HnswParams defaults) {
    return new HnswParams(
        number("M", params.get("M"), 2, 2048, defaults.m()),
        number(
            "efConstruction",
            params.get("efConstruction"),
            1,
            Integer.MAX_VALUE,
            defaults.efConstruction()));
  }

  /// The `ef` of a search, at least k.
  static int ef(VectorSearch search) {
    return ef(search.params(), search.k());
  }

  static int ef(Map<String, String> params, int k) {
    String ef = params.get("ef");
    return ef == null
        ? Math.max(k, LEAST_EF)
        : number("ef", ef, Math.max(1, k), Integer.MAX_VALUE, LEAST_EF);
  }

  private static int number(String name, @Nullable String text, int from, int to, int otherwise) {
    if (text == null) {
      return otherwise;
    }
    long value;
    try {
      value = Long.parseLong(text.strip());
    } catch (NumberFormatException _) {
      throw wrong("param '" + name + "' (" + text + ") should be an integer");
    }
    if (value < from || value > to) {
      throw wrong("param '" + name + "' (" + value + ") out of range: [" + from + ", " + to + "]");
    }
    return (int) value;
  }

  private static PandionException wrong(String message) {
    return new PandionException(Reason.INVALID_REQUEST, Subject.PARAMETER, message);
  }
}
