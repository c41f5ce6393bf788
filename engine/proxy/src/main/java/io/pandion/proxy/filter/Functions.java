package io.pandion.proxy.filter;

import io.pandion.proxy.filter.FilterGrammarParser.CallContext;
import java.util.Locale;
import java.util.Set;

/// The functions of Milvus' expressions, as far as Pandion has them.
enum Functions {
  JSON_CONTAINS,
  JSON_CONTAINS_ALL,
  JSON_CONTAINS_ANY,
  /// Milvus has it, Pandion not yet.
  LATER,
  /// Nobody has it.
  UNKNOWN;

  private static final Set<String> OF_MILVUS =
      Set.of(
          "text_match",
          "text_match_fuzzy",
          "phrase_match",
          "random_sample",
          "element_filter",
          "array_length",
          "array_contains",
          "array_contains_all",
          "array_contains_any",
          "match_all",
          "match_any",
          "match_least",
          "match_most",
          "match_exact",
          "st_equals",
          "st_touches",
          "st_overlaps",
          "st_crosses",
          "st_contains",
          "st_intersects",
          "st_within",
          "st_dwithin",
          "st_isvalid");

  static Functions of(CallContext call) {
    String name = call.Identifier().getText().toLowerCase(Locale.ROOT);
    return switch (name) {
      case "json_contains" -> JSON_CONTAINS;
      case "json_contains_all" -> JSON_CONTAINS_ALL;
      case "json_contains_any" -> JSON_CONTAINS_ANY;
      default -> OF_MILVUS.contains(name) ? LATER : UNKNOWN;
    };
  }
}
