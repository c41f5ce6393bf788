package io.pandion.meta;

import java.util.Map;

/// A database. The one named `default` always exists.
public record DatabaseInfo(long id, String name, Map<String, String> properties, long createTick) {
  public static final String DEFAULT = "default";

  public DatabaseInfo {
    properties = Map.copyOf(properties);
  }
}
