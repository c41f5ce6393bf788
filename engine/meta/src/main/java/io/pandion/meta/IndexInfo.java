package io.pandion.meta;

import java.util.Map;

/// An index on one field.
///
/// @param type `HNSW`, `FLAT`, `AUTOINDEX`, `INVERTED` … in upper case
/// @param params as the user gave them: `index_type`, `metric_type`, `M`, `efConstruction` …
public record IndexInfo(
    long id,
    long collectionId,
    long fieldId,
    String name,
    String type,
    Map<String, String> params,
    long createTick) {
  public IndexInfo {
    params = Map.copyOf(params);
  }
}
