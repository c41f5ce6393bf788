package io.pandion.index;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.model.PandionException.Subject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// The kinds of vector index by the names that Milvus gives them.
public final class VectorIndexTypes {
  private static final Map<String, VectorIndexType> TYPES = types();

  /// Other float indexes of Milvus, for which another kind serves.
  private static final Set<String> OTHERS =
      Set.of("AISAQ", "GPU_CAGRA", "GPU_IVF_FLAT", "GPU_IVF_PQ", "GPU_BRUTE_FORCE");

  private VectorIndexTypes() {}

  private static Map<String, VectorIndexType> types() {
    Map<String, VectorIndexType> out = new HashMap<>();
    out.put("FLAT", new FlatIndexType());
    for (GraphParams.Kind kind : GraphParams.Kind.values()) {
      out.put(kind.name(), new GraphIndexType(kind));
    }
    for (String name : List.of("IVF_FLAT", "IVF_SQ8", "IVF_PQ", "IVF_RABITQ", "SCANN")) {
      out.put(name, new IvfIndexType(name));
    }
    return Map.copyOf(out);
  }

  /// The kind of a name.
  ///
  /// @throws PandionException UNSUPPORTED for an index of Milvus that Pandion does not build,
  ///   INVALID_REQUEST for any other name
  public static VectorIndexType of(String name) {
    VectorIndexType type = TYPES.get(name);
    if (type != null) {
      return type;
    }
    if (OTHERS.contains(name)) {
      throw new PandionException(
          Reason.UNSUPPORTED,
          Subject.INDEX,
          "index type " + name + " is not supported; use " + instead(name));
    }
    throw new PandionException(
        Reason.INVALID_REQUEST,
        Subject.INDEX,
        "invalid index type: "
            + name
            + "; float vectors have "
            + String.join(", ", new TreeSet<>(TYPES.keySet())));
  }

  private static String instead(String name) {
    return switch (name) {
      case "GPU_BRUTE_FORCE" -> "FLAT";
      case "GPU_IVF_FLAT" -> "IVF_FLAT";
      case "GPU_IVF_PQ" -> "IVF_PQ";
      default -> "HNSW or AUTOINDEX";
    };
  }

  /// The names that [#of] knows.
  public static Set<String> names() {
    return TYPES.keySet();
  }
}
