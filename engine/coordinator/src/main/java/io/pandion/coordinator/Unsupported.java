package io.pandion.coordinator;

import io.pandion.model.PandionException;
import java.util.List;
import java.util.Map;

/// What Milvus does with a property and Pandion does not: refused, because to accept it and do
/// nothing would lose what the user relies on. Pure.
final class Unsupported {
  private static final List<String> COLLECTION = List.of("collection.ttl.seconds");
  private static final List<String> FIELD = List.of("enable_match", "enable_analyzer");

  private Unsupported() {}

  /// @param properties of a collection, as given
  /// @throws PandionException UNSUPPORTED
  static void properties(String collection, Map<String, String> properties) {
    for (String name : COLLECTION) {
      if (properties.containsKey(name)) {
        throw PandionException.unsupported(
            "property " + name + " of collection '" + collection + "' is not supported");
      }
    }
  }

  /// @param params of a field, as given
  /// @throws PandionException UNSUPPORTED
  static void params(String field, Map<String, String> params) {
    for (String name : FIELD) {
      if (params.getOrDefault(name, "").equalsIgnoreCase("true")) {
        throw PandionException.unsupported(name + " of field '" + field + "' is not supported");
      }
    }
  }
}
