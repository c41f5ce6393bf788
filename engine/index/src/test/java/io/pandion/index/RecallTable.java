package io.pandion.index;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Every kind of index, metric and vector, with the parameters at which its recall is stated.
final class RecallTable {
  /// One line.
  ///
  /// @param type as Milvus names it, or `GROWING…` for rows that have no index yet
  /// @param least recall against exact search that is stated
  record Line(
      Kind kind,
      String type,
      String metric,
      Map<String, String> build,
      Map<String, String> search,
      double least) {
    @Override
    public String toString() {
      return kind
          + " "
          + type
          + " "
          + metric
          + " "
          + new TreeMap<>(build)
          + " "
          + new TreeMap<>(search);
    }
  }

  /// What vectors are made of.
  enum Kind {
    FLOATS,
    BYTES,
    BITS,
    SPARSE
  }

  /// Type, build parameters, search parameters, recall; each line for every metric of its vectors.
  private static final String FLOATS =
      """
      FLAT         |                                  |                        | 1.0
      HNSW         | M=8 efConstruction=60            | ef=40                  | 0.96
      HNSW_SQ      | M=8 efConstruction=60 sq_type=SQ4U | ef=40                | 0.96
      HNSW_SQ      | M=8 efConstruction=60 sq_type=SQ6  | ef=40                | 0.96
      HNSW_SQ      | M=8 efConstruction=60 sq_type=SQ8  | ef=40                | 0.96
      HNSW_SQ      | M=8 efConstruction=60 sq_type=FP16 | ef=40                | 0.96
      HNSW_SQ      | M=8 efConstruction=60 sq_type=BF16 | ef=40                | 0.96
      HNSW_PQ      | M=8 efConstruction=60            | ef=40                  | 0.95
      HNSW_PQ      | M=8 efConstruction=60 m=8        | ef=100                 | 0.98
      HNSW_PQ      | M=8 efConstruction=60 m=8 refine=false | ef=40            | 0.65
      HNSW_PQ      | M=8 efConstruction=60 m=16 nbits=4 | ef=40                | 0.94
      HNSW_PQ      | M=8 efConstruction=60 m=8 nbits=6 refine=true refine_type=SQ8  | ef=100 refine_k=8 | 0.98
      HNSW_PQ      | M=8 efConstruction=60 m=4 nbits=12 refine=true refine_type=FP16 | ef=100 refine_k=8 | 0.98
      HNSW_PRQ     | M=8 efConstruction=60 m=8 nrq=2  | ef=40 refine_k=4       | 0.95
      HNSW_PRQ     | M=8 efConstruction=60 m=4 nrq=3 nbits=5 | ef=100          | 0.98
      DISKANN      |                                  | search_list=20         | 0.97
      AUTOINDEX    | M=8 efConstruction=60            | ef=40                  | 0.96
      IVF_FLAT     | nlist=64                         | nprobe=3               | 0.97
      IVF_SQ8      | nlist=64                         | nprobe=3               | 0.97
      IVF_PQ       | nlist=64 m=16 nbits=8            | nprobe=3               | 0.97
      IVF_RABITQ   | nlist=64                         | nprobe=3               | 0.97
      SCANN        | nlist=64                         | nprobe=3  reorder_k=80 | 0.97
      GROWING      |                                  |                        | 1.0
      GROWING_GRAPH |                                 | ef=12                  | 0.97
      """;

  private static final String BYTES =
      """
      FLAT         |                                  |                        | 1.0
      HNSW         | M=8 efConstruction=60            | ef=40                  | 0.95
      HNSW_SQ      | M=8 efConstruction=60 sq_type=SQ4U refine=true refine_type=SQ8 | ef=40 | 0.95
      HNSW_PQ      | M=8 efConstruction=60 m=8        | ef=100                 | 0.98
      HNSW_PRQ     | M=8 efConstruction=60 m=4 nrq=2  | ef=100                 | 0.98
      GROWING      |                                  |                        | 1.0
      GROWING_GRAPH |                                 | ef=12                  | 0.97
      """;

  private static final String BITS =
      """
      BIN_FLAT     |                                  |                        | 1.0
      BIN_IVF_FLAT | nlist=64                         | nprobe=12              | 0.95
      GROWING      |                                  |                        | 1.0
      """;

  private static final String SPARSE =
      """
      SPARSE_INVERTED_INDEX |                                      |           | 1.0
      SPARSE_INVERTED_INDEX | inverted_index_algo=TAAT_NAIVE       |           | 1.0
      SPARSE_WAND           |                                      |           | 1.0
      GROWING               |                                      |           | 1.0
      """;

  private RecallTable() {}

  static List<Line> lines() {
    List<Line> out = new ArrayList<>();
    add(out, Kind.FLOATS, FLOATS, List.of("L2", "IP", "COSINE"));
    add(out, Kind.BYTES, BYTES, List.of("L2", "IP", "COSINE"));
    add(out, Kind.BITS, BITS, List.of("HAMMING", "JACCARD"));
    add(out, Kind.SPARSE, SPARSE, List.of("IP"));
    return out;
  }

  private static void add(List<Line> out, Kind kind, String table, List<String> metrics) {
    for (String text : table.strip().split("\n", -1)) {
      String[] cells = text.split("\\|", -1);
      for (String metric : metrics) {
        out.add(
            new Line(
                kind,
                cells[0].strip(),
                metric,
                params(cells[1]),
                params(cells[2]),
                Double.parseDouble(cells[3].strip())));
      }
    }
  }

  /// Parameters from text, `name=value name=value`.
  static Map<String, String> params(String cell) {
    Map<String, String> out = new TreeMap<>();
    for (String pair : cell.strip().split("\\s+", -1)) {
      if (!pair.isEmpty()) {
        int equals = pair.indexOf('=');
        out.put(pair.substring(0, equals), pair.substring(equals + 1));
      }
    }
    return Map.copyOf(out);
  }
}
