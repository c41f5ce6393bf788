package io.pandion.coordinator;

import io.pandion.model.PandionException;
import java.util.Locale;
import java.util.Set;

/// Names that no field can have, as in Milvus: the words of filter expressions, in whose place a
/// field could not be read, and the fields of the system. Pure.
final class FieldNames {
  private static final Set<String> WORDS =
      Set.of("and", "or", "not", "in", "like", "is", "null", "exists", "true", "false");
  private static final Set<String> FUNCTIONS =
      Set.of(
          "json_contains",
          "json_contains_all",
          "json_contains_any",
          "array_contains",
          "array_contains_all",
          "array_contains_any",
          "array_length",
          "text_match",
          "phrase_match",
          "random_sample");
  private static final Set<String> SYSTEM = Set.of("RowID", "Timestamp");

  private FieldNames() {}

  /// @throws PandionException INVALID_REQUEST when the name is taken
  static void check(String name) {
    if (SYSTEM.contains(name)) {
      throw PandionException.invalid(
          "Invalid field name: " + name + ". The system has a field of this name");
    }
    if (isWord(name)) {
      throw PandionException.invalid(
          "Invalid field name: " + name + ". " + name + " is keyword in milvus");
    }
  }

  /// Words are written in lower case, in upper case, or (constants) with one capital.
  private static boolean isWord(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    boolean known = WORDS.contains(lower) || FUNCTIONS.contains(lower);
    return known
        && (name.equals(lower)
            || name.equals(name.toUpperCase(Locale.ROOT))
            || name.equals("True")
            || name.equals("False"));
  }
}
