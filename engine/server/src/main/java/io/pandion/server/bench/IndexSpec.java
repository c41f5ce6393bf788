package io.pandion.server.bench;

import io.pandion.model.PandionException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// An index and how to search it, `TYPE[,name=value…]@point|point…`, where a point is
/// `name=value;…`, the parameters of one search.
///
/// @param params of the build
/// @param points at least one
public record IndexSpec(String type, Map<String, String> params, List<Map<String, String>> points) {
  public IndexSpec {
    params = Map.copyOf(params);
    points = List.copyOf(points);
  }

  /// @throws PandionException INVALID_REQUEST
  public static IndexSpec of(String text) {
    int at = text.indexOf('@');
    if (at < 0 || at == text.length() - 1) {
      throw PandionException.invalid(
          "--index '" + text + "' names no search: append one, such as @ef=64|target_recall=0.95");
    }
    String[] parts = text.substring(0, at).split(",", -1);
    Map<String, String> params = new LinkedHashMap<>();
    for (int i = 1; i < parts.length; i++) {
      put(params, parts[i], text);
    }
    List<Map<String, String>> points = new ArrayList<>();
    for (String point : text.substring(at + 1).split("\\|", -1)) {
      Map<String, String> of = new TreeMap<>();
      for (String pair : point.split(";", -1)) {
        put(of, pair, text);
      }
      points.add(of);
    }
    return new IndexSpec(parts[0], params, points);
  }

  private static void put(Map<String, String> map, String pair, String text) {
    int equals = pair.indexOf('=');
    if (equals <= 0 || equals == pair.length() - 1) {
      throw PandionException.invalid(
          "--index '" + text + "': '" + pair + "' must be name=value, such as ef=64");
    }
    map.put(pair.substring(0, equals), pair.substring(equals + 1));
  }

  /// Type and build parameters, for people.
  String label() {
    StringBuilder out = new StringBuilder(type);
    new TreeMap<>(params)
        .forEach((name, value) -> out.append(", ").append(name).append(' ').append(value));
    return out.toString();
  }

  /// A point as the JSON object that a search takes.
  static String json(Map<String, String> point) {
    List<String> pairs = new ArrayList<>();
    point.forEach((name, value) -> pairs.add("\"" + name + "\": \"" + value + "\""));
    return "{" + String.join(", ", pairs) + "}";
  }

  /// A point as it was given.
  static String text(Map<String, String> point) {
    return String.join(";", point.entrySet().stream().map(String::valueOf).toList());
  }
}
