package io.pandion.index;

import io.pandion.index.kernel.RowFormat;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.model.PandionException.Subject;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Parameters of a graph, in Milvus' names, ranges and words.
///
/// @param kind of index, whose parameters these are
/// @param codes that walks compare
/// @param shape of the codes where they are of PQ
/// @param refine by what the best rows are ranked again
record GraphParams(
    Kind kind,
    int m,
    int efConstruction,
    RowFormat codes,
    @Nullable CodeShape shape,
    Refine refine) {
  private static final int LEAST_EF = 64;

  private GraphParams(Kind kind, int m, int efConstruction, RowFormat codes) {
    this(kind, m, efConstruction, codes, null, Refine.FLOATS);
  }

  /// Graphs by the names that Milvus gives them.
  enum Kind {
    AUTOINDEX,
    HNSW,
    HNSW_SQ,
    HNSW_PQ,
    HNSW_PRQ,
    DISKANN
  }

  /// What a kind is built with when nothing is said.
  static GraphParams defaults(Kind kind) {
    return switch (kind) {
      case AUTOINDEX -> new GraphParams(kind, 16, 200, RowFormat.SQ8);
      case HNSW, HNSW_SQ -> new GraphParams(kind, 30, 360, RowFormat.SQ8);
      case HNSW_PQ, HNSW_PRQ -> new GraphParams(kind, 30, 360, RowFormat.PQ);
      case DISKANN -> new GraphParams(kind, 28, 100, RowFormat.SQ4);
    };
  }

  /// These, changed by what is said.
  ///
  /// @param dimension of the vectors, 0 when it is not known yet
  GraphParams with(Map<String, String> params, int dimension) {
    if (kind == Kind.DISKANN) {
      return this;
    }
    boolean quantised = kind != Kind.AUTOINDEX && kind != Kind.HNSW;
    return new GraphParams(
        kind,
        number("M", params.get("M"), 2, 2048, m),
        number(
            "efConstruction", params.get("efConstruction"), 1, Integer.MAX_VALUE, efConstruction),
        kind == Kind.HNSW_SQ ? format(params.getOrDefault("sq_type", "SQ8")) : codes,
        codes == RowFormat.PQ ? shape(params, dimension) : null,
        quantised ? Refine.of(params) : Refine.FLOATS);
  }

  private static RowFormat format(String type) {
    return switch (type) {
      case "SQ4U" -> RowFormat.SQ4;
      case "SQ6", "SQ8" -> RowFormat.SQ8;
      case "FP16" -> RowFormat.FLOAT16;
      case "BF16" -> RowFormat.BFLOAT16;
      default ->
          throw wrong("param 'sq_type' (" + type + ") should be in [SQ4U, SQ6, SQ8, BF16, FP16]");
    };
  }

  private CodeShape shape(Map<String, String> params, int dimension) {
    int residuals = kind == Kind.HNSW_PRQ ? number("nrq", params.get("nrq"), 1, 16, 2) : 1;
    int parts = params.containsKey("m") ? number("m", params.get("m"), 1, 65_536, 1) : 0;
    int bits = number("nbits", params.get("nbits"), 1, 24, 8);
    CodeShape out = CodeShape.of(parts, residuals, bits);
    if (dimension > 0) {
      out.check(dimension);
    }
    return out;
  }

  /// The width of a walk, at least k.
  int ef(Map<String, String> params, int k) {
    String name = kind == Kind.DISKANN ? "search_list" : "ef";
    String ef = params.get(name);
    return ef == null
        ? Math.max(k, LEAST_EF)
        : number(name, ef, Math.max(1, k), Integer.MAX_VALUE, LEAST_EF);
  }

  /// The recall that a search must reach, 0 when it says how wide it walks.
  double targetRecall(Map<String, String> params) {
    return params.containsKey("target_recall")
        ? IndexParams.targetRecall(
            params, List.of(kind == Kind.DISKANN ? "search_list" : "ef", "refine_k"))
        : 0;
  }

  void checkSearch(Map<String, String> params, int k) {
    targetRecall(params);
    ef(params, k);
    refineK(params);
  }

  /// How many times k rows are scored by their floats, 0 when nothing is said.
  static float refineK(Map<String, String> params) {
    String text = params.get("refine_k");
    if (text == null) {
      return 0;
    }
    float value;
    try {
      value = Float.parseFloat(text.strip());
    } catch (NumberFormatException _) {
      throw wrong("param 'refine_k' (" + text + ") should be a number");
    }
    if (!(value >= 1 && value < Float.POSITIVE_INFINITY)) {
      throw wrong("param 'refine_k' (" + text + ") out of range: [1.0, 3.4028235e+38]");
    }
    return value;
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
