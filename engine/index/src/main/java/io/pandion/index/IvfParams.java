package io.pandion.index;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Parameters of inverted lists, in Milvus' names and ranges.
///
/// @param lists `nlist`; 0 leaves it to the number of rows
/// @param parts `m`: parts of a vector that are coded by themselves; 0 leaves it to the dimension
/// @param stages codes of four bits for each part: `nbits`, rounded up
record IvfParams(Coding coding, int lists, int parts, int stages) {
  /// How the rows of a list are stored.
  enum Coding {
    /// Floats.
    FLAT(0),
    /// A byte for each dimension.
    SQ8(1),
    /// Words of a product quantiser.
    PQ(2),
    /// The sign of each dimension of the rotated vector.
    RABITQ(3);

    /// The number of the coding in files.
    final int code;

    Coding(int code) {
      this.code = code;
    }
  }

  private static final int MOST_LISTS = 65_536;
  private static final List<String> REFINE_TYPES = List.of("SQ6", "SQ8", "FP16", "BF16", "FP32");

  static IvfParams of(String type, Map<String, String> params) {
    int lists = IndexParams.integer(params, "nlist", 1, MOST_LISTS, 0);
    return switch (type) {
      case "IVF_FLAT" -> new IvfParams(Coding.FLAT, lists, 0, 0);
      case "IVF_SQ8" -> new IvfParams(Coding.SQ8, lists, 0, 0);
      case "IVF_PQ" -> {
        int bits = IndexParams.integer(params, "nbits", 1, 24, 8);
        int parts = IndexParams.integer(params, "m", 1, 32_768, 0);
        yield new IvfParams(Coding.PQ, lists, parts, (bits + 3) / 4);
      }
      case "IVF_RABITQ" -> {
        IndexParams.flag(params, "refine", false);
        IndexParams.choice(params, "refine_type", REFINE_TYPES, "FP32");
        yield new IvfParams(Coding.RABITQ, lists, 0, 0);
      }
      default -> {
        IndexParams.flag(params, "with_raw_data", true);
        yield new IvfParams(Coding.PQ, lists, 0, 1);
      }
    };
  }

  /// @throws io.pandion.model.PandionException INVALID_REQUEST when m does not divide the dimension
  void check(int dimension) {
    if (parts != 0 && dimension % parts != 0) {
      throw IndexParams.wrong(
          "dimension must be able to be divided by `m`, dimension: " + dimension + ", m: " + parts);
    }
  }

  /// Lists for a number of rows: as wished, but 16 rows each at least.
  int lists(int rows) {
    double chosen = lists == 0 ? Math.min(MOST_LISTS, 2 * Math.sqrt(rows)) : lists;
    return Math.max(1, Math.min((int) chosen, rows / 16));
  }

  /// Parts for a dimension.
  int parts(int dimension) {
    return parts == 0 ? (dimension + 1) / 2 : Math.min(parts, dimension);
  }

  /// What a search asks for.
  ///
  /// @param probes lists to scan, `nprobe`
  /// @param reorder rows whose exact scores are computed, `reorder_k` or `refine_k` times k
  record Search(int probes, int reorder) {
    /// The recall that a search must reach, 0 when it says how many lists it scans.
    static double targetRecall(Map<String, String> params) {
      return params.containsKey("target_recall")
          ? IndexParams.targetRecall(params, List.of("nprobe", "reorder_k", "refine_k"))
          : 0;
    }

    /// What reaches a recall, of which nothing is known: all lists.
    ///
    /// @param depth as far as the nearest rows are looked for among all rows
    static Search of(
        Coding coding, @Nullable RecallCurve curve, double target, double depth, int k, int lists) {
      int probes = curve == null ? lists : curve.effort(depth, target);
      int reorder = curve == null ? RecallCurve.UNREACHED : curve.reorder(k, target);
      if (reorder == RecallCurve.UNREACHED) {
        double times = coding == Coding.FLAT ? 1 : 4 * usual(coding);
        reorder = (int) Math.min(Integer.MAX_VALUE / 4.0, times * k + 4.0 * spare(coding));
      }
      return new Search(Math.min(probes, lists), Math.max(Math.max(1, k), reorder));
    }

    static Search of(Coding coding, Map<String, String> params, int k, int lists) {
      int probes = IndexParams.integer(params, "nprobe", 1, MOST_LISTS, Math.max(8, lists / 16));
      IndexParams.integer(params, "rbq_query_bits", 0, 8, 0);
      double times = IndexParams.atLeast(params, "refine_k", 1, usual(coding));
      int usual = (int) Math.min(Integer.MAX_VALUE / 4.0, Math.ceil(times * k) + spare(coding));
      int reorder =
          params.containsKey("reorder_k")
              ? IndexParams.integer(params, "reorder_k", Math.max(1, k), Integer.MAX_VALUE / 4, k)
              : usual;
      return new Search(probes, Math.max(1, reorder));
    }

    private static double usual(Coding coding) {
      return switch (coding) {
        case FLAT -> 1;
        case SQ8 -> 1.5;
        case PQ -> 8;
        case RABITQ -> 16;
      };
    }

    private static int spare(Coding coding) {
      return coding == Coding.FLAT ? 0 : 16;
    }
  }
}
