package io.pandion.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What to measure: `KIND[,name=value…][@point|point…]`, where KIND is `hnswlib`, `lucene`,
/// `jvector` or an index type of Pandion, and a point is `name=value;…`, the parameters of one
/// search. `kernel=vector` among the first ones is for the process, not the index: the kernels that
/// it computes with.
///
/// @param params of the build
/// @param points of the curve, at least one
record EngineSpec(
    String kind, Map<String, String> params, List<Map<String, String>> points, String text) {
  private static final String KERNEL = "kernel";
  private static final String GRAPH = "ef=10|ef=20|ef=40|ef=64|ef=100|ef=160|ef=256|ef=400";
  private static final String LISTS =
      "nprobe=4|nprobe=8|nprobe=12|nprobe=16|nprobe=24|nprobe=32|nprobe=48|nprobe=64|nprobe=96";

  private static final String TARGETS = "|target_recall=0.9|target_recall=0.95|target_recall=0.99";

  static EngineSpec of(String text) {
    int at = text.indexOf('@');
    String[] parts = (at < 0 ? text : text.substring(0, at)).split(",", -1);
    Map<String, String> params = new LinkedHashMap<>();
    for (int i = 1; i < parts.length; i++) {
      put(params, parts[i]);
    }
    String kind = parts[0];
    boolean lists = kind.startsWith("IVF") || kind.equals("SCANN");
    String usual = (lists ? LISTS : GRAPH) + (isPandion(kind) ? TARGETS : "");
    String points = at < 0 ? usual : text.substring(at + 1);
    List<Map<String, String>> curve = new ArrayList<>();
    for (String point : points.split("\\|", -1)) {
      Map<String, String> of = new LinkedHashMap<>();
      for (String pair : point.split(";", -1)) {
        put(of, pair);
      }
      curve.add(Map.copyOf(of));
    }
    return new EngineSpec(kind, params, curve, text);
  }

  private static void put(Map<String, String> map, String pair) {
    int equals = pair.indexOf('=');
    if (equals <= 0) {
      throw new IllegalArgumentException("'" + pair + "' is no name=value");
    }
    map.put(pair.substring(0, equals), pair.substring(equals + 1));
  }

  /// Kind and build parameters, for people and as a folder's name.
  String label() {
    StringBuilder out = new StringBuilder(kind);
    params.forEach((name, value) -> out.append('-').append(name).append(value));
    return out.toString();
  }

  boolean isHnswlib() {
    return kind.equals("hnswlib");
  }

  boolean isPandion() {
    return isPandion(kind);
  }

  private static boolean isPandion(String kind) {
    return !kind.equals("hnswlib") && !kind.equals("lucene") && !kind.equals("jvector");
  }

  /// A point as text, `name=value;…` in the order of names.
  static String text(Map<String, String> point) {
    return String.join(
        ";",
        point.entrySet().stream().sorted(Map.Entry.comparingByKey()).map(String::valueOf).toList());
  }

  /// The kernels of this engine's process; else those of this process, if they were chosen.
  Optional<String> kernel() {
    return Optional.ofNullable(params.get(KERNEL))
        .or(() -> Optional.ofNullable(System.getProperty("pandion.kernel")));
  }

  Engine engine() {
    Map<String, String> own = new LinkedHashMap<>(params);
    own.remove(KERNEL);
    return switch (kind) {
      case "lucene" -> new LuceneEngine();
      case "jvector" -> new JVectorEngine();
      default -> new PandionEngine(kind, own);
    };
  }
}
