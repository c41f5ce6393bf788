package io.pandion.server.client;

import java.util.List;

/// A row that a search found.
///
/// @param values of the output fields asked for, in that order
public record Hit(long id, float score, List<Object> values) {
  public Hit {
    values = List.copyOf(values);
  }
}
