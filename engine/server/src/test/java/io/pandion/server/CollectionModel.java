package io.pandion.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/// What a collection must answer, by brute force in memory: rows by key, filters as plain
/// functions, exact search. Scores are those of Milvus: L2 is squared and small is near; IP and
/// COSINE are large when near. One thread.
final class CollectionModel {
  /// How vectors are compared.
  enum Distance {
    L2,
    IP,
    COSINE;

    double between(List<Float> a, List<Float> b) {
      double dot = 0;
      double aa = 0;
      double bb = 0;
      double squares = 0;
      for (int i = 0; i < a.size(); i++) {
        double x = a.get(i);
        double y = b.get(i);
        dot += x * y;
        aa += x * x;
        bb += y * y;
        squares += (x - y) * (x - y);
      }
      return switch (this) {
        case L2 -> squares;
        case IP -> dot;
        case COSINE -> aa == 0 || bb == 0 ? 0 : dot / Math.sqrt(aa * bb);
      };
    }

    /// Near first.
    Comparator<Hit> order() {
      Comparator<Hit> small = Comparator.comparingDouble(Hit::score);
      return this == L2 ? small : small.reversed();
    }
  }

  /// A row found by a search.
  record Hit(Object key, double score) {}

  private static final double TOLERANCE = 1e-3;

  private final TreeMap<Object, Map<String, Object>> rows = new TreeMap<>();
  private final String keyField;

  CollectionModel(String keyField) {
    this.keyField = keyField;
  }

  void put(Map<String, Object> row) {
    Object key = row.get(keyField);
    if (key == null) {
      throw new IllegalArgumentException("row without key '" + keyField + "': " + row);
    }
    rows.put(key, Map.copyOf(row));
  }

  void delete(Object key) {
    rows.remove(key);
  }

  void delete(ModelFilter filter) {
    rows.values().removeIf(filter::matches);
  }

  void clear() {
    rows.clear();
  }

  int size() {
    return rows.size();
  }

  boolean has(Object key) {
    return rows.containsKey(key);
  }

  List<Object> keys() {
    return List.copyOf(rows.keySet());
  }

  Map<String, Object> row(Object key) {
    Map<String, Object> row = rows.get(key);
    if (row == null) {
      throw new IllegalArgumentException("the model has no row " + key);
    }
    return row;
  }

  /// Rows that match, in the order of their keys.
  List<Map<String, Object>> rows(ModelFilter filter) {
    return rows(filter::matches);
  }

  List<Map<String, Object>> rows(Predicate<Map<String, Object>> filter) {
    return rows.values().stream().filter(filter).toList();
  }

  int count(ModelFilter filter) {
    return rows(filter).size();
  }

  /// The nearest rows that match, near first; ties by key.
  List<Hit> search(
      String field,
      List<Float> vector,
      Distance distance,
      int k,
      Predicate<Map<String, Object>> filter) {
    return hits(field, vector, distance, filter).stream().limit(k).toList();
  }

  private List<Hit> hits(
      String field, List<Float> vector, Distance distance, Predicate<Map<String, Object>> filter) {
    List<Hit> hits = new ArrayList<>();
    rows.forEach(
        (key, row) -> {
          if (filter.test(row)) {
            hits.add(new Hit(key, distance.between(vector, vector(row, field))));
          }
        });
    hits.sort(distance.order());
    return hits;
  }

  @SuppressWarnings("unchecked") // vectors are lists of floats by construction
  private static List<Float> vector(Map<String, Object> row, String field) {
    Object value = row.get(field);
    if (!(value instanceof List<?>)) {
      throw new IllegalArgumentException("row without vector '" + field + "': " + row);
    }
    return (List<Float>) value;
  }

  /// Checks an exact search: places `from` .. `from + found.size()` of the true answer, where rows
  /// at the same distance may stand for each other.
  ///
  /// @param allowed whether a row may be found: filter, partition and range
  void checkExact(
      String question,
      List<Hit> found,
      String field,
      List<Float> vector,
      Distance distance,
      int from,
      int limit,
      Predicate<Map<String, Object>> allowed) {
    List<Hit> truth = hits(field, vector, distance, allowed);
    int expected = Math.max(0, Math.min(limit, truth.size() - from));
    assertThat(found).as("number of hits of %s", question).hasSize(expected);
    checkSound(question, found, field, vector, distance, allowed);
    for (int i = 0; i < expected; i++) {
      assertThat(found.get(i).score())
          .as("score at place %d of %s", i, question)
          .isCloseTo(truth.get(from + i).score(), within(truth.get(from + i).score()));
    }
  }

  /// Checks what must hold for any index: rows that exist and may be found, each once, with their
  /// true scores, near first.
  void checkSound(
      String question,
      List<Hit> found,
      String field,
      List<Float> vector,
      Distance distance,
      Predicate<Map<String, Object>> allowed) {
    Set<Object> seen = new HashSet<>();
    for (Hit hit : found) {
      assertThat(rows).as("a hit of %s that does not exist", question).containsKey(hit.key());
      assertThat(seen.add(hit.key())).as("%s found twice by %s", hit.key(), question).isTrue();
      Map<String, Object> row = row(hit.key());
      assertThat(allowed.test(row)).as("%s found by %s: %s", hit.key(), question, row).isTrue();
      double score = distance.between(vector, vector(row, field));
      assertThat(hit.score())
          .as("score of %s by %s", hit.key(), question)
          .isCloseTo(score, within(score));
    }
    List<Hit> sorted = new ArrayList<>(found);
    sorted.sort(distance.order());
    assertThat(found.stream().map(Hit::score).toList())
        .as("order of the hits of %s", question)
        .isEqualTo(sorted.stream().map(Hit::score).toList());
  }

  private static org.assertj.core.data.Offset<Double> within(double value) {
    return org.assertj.core.data.Offset.offset(TOLERANCE * Math.max(1, Math.abs(value)));
  }
}
