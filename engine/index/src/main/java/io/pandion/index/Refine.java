package io.pandion.index;

import io.pandion.index.kernel.RowFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// By what the best rows of a walk are ranked again: Milvus' `refine` and `refine_type`. The rows
/// that are found have exact scores in any case.
enum Refine {
  /// By their floats, which the column has: when nothing is said, and `FP32`.
  FLOATS(null),
  /// Not at all: `refine` is false.
  NOTHING(null),
  /// By codes of their own, and only the best of those by their floats.
  FP16(RowFormat.FLOAT16),
  BF16(RowFormat.BFLOAT16),
  SQ8(RowFormat.SQ8);

  private static final List<String> TYPES = List.of("SQ6", "SQ8", "BF16", "FP16", "FP32");

  /// Of the codes that the index has for it.
  final @Nullable RowFormat format;

  Refine(@Nullable RowFormat format) {
    this.format = format;
  }

  static Refine of(Map<String, String> params) {
    String type = params.getOrDefault("refine_type", "FP32");
    if (!TYPES.contains(type)) {
      throw IndexParams.wrong(
          "param 'refine_type' (" + type + ") should be in [SQ6, SQ8, BF16, FP16, FP32]");
    }
    return switch (params.getOrDefault("refine", "")) {
      case "" -> FLOATS;
      case "false" -> NOTHING;
      case "true" ->
          switch (type) {
            case "FP16" -> FP16;
            case "BF16" -> BF16;
            case "SQ6", "SQ8" -> SQ8;
            default -> FLOATS;
          };
      default ->
          throw IndexParams.wrong(
              "param 'refine' (" + params.get("refine") + ") should be a boolean");
    };
  }
}
