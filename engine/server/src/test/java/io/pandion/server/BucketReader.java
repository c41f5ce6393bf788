package io.pandion.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Reads the bucket as a stranger would: DuckDB on plain Parquet files, with the statement that the
/// documentation of the format gives. One thread.
final class BucketReader implements AutoCloseable {
  private static final Path DOCUMENT = Path.of("../../docs/file-formats.md");

  private final Path bucket;
  private final Connection duck;

  BucketReader(Path bucket) throws SQLException {
    this.bucket = bucket;
    this.duck = DriverManager.getConnection("jdbc:duckdb:");
  }

  /// Live rows of [EveryType] by key, with the statement of the documentation. Some row of the
  /// collection was deleted.
  ///
  /// @param segments that are live; compaction leaves the files of others behind for a while
  Map<Object, Map<String, Object>> liveRows(long collection, Set<Long> segments)
      throws IOException, SQLException {
    String sql =
        statement()
            .replace("{bucket}", bucket.toString())
            .replace("{collection}", Long.toString(collection))
            .replace("{key}", EveryType.KEY)
            .replace("{vector}", EveryType.VECTOR)
            .replace(
                "{segments}",
                segments.stream().map(id -> "'" + id + "'").collect(Collectors.joining(", ")));
    Map<Object, Map<String, Object>> rows = new HashMap<>();
    try (Statement statement = duck.createStatement();
        ResultSet found = statement.executeQuery(sql)) {
      while (found.next()) {
        Map<String, Object> row = row(found);
        Object key = row.get(EveryType.KEY);
        if (key == null) {
          throw new AssertionError("a row without key in collection " + collection);
        }
        assertThat(rows.put(key, row)).as("live row %s is there twice", key).isNull();
      }
    }
    return rows;
  }

  private static String statement() throws IOException {
    String text = Files.readString(DOCUMENT);
    int from = text.indexOf("WITH files AS");
    assertThat(from).as("the statement in %s", DOCUMENT).isPositive();
    return text.substring(from, text.indexOf("```", from));
  }

  private static Map<String, Object> row(ResultSet found) throws SQLException {
    Map<String, Object> row = new HashMap<>();
    for (String field :
        List.of("id", "flag", "tiny", "small", "num", "big", "ratio", "exact", "name")) {
      Object value = EveryType.normal(found.getObject(field));
      if (value != null) {
        row.put(field, value);
      }
    }
    for (String field : List.of("doc", "$meta")) {
      String json = found.getString(field);
      if (json != null
          && EveryType.normal(com.google.gson.JsonParser.parseString(json))
              instanceof Map<?, ?> map) {
        if (field.equals("doc")) {
          row.put(field, map);
        } else {
          map.forEach((key, value) -> row.put((String) key, value));
        }
      }
    }
    List<Float> vector = new ArrayList<>();
    for (Object value : (Object[]) found.getArray("vec").getArray()) {
      vector.add((Float) value);
    }
    row.put(EveryType.VECTOR, vector);
    return row;
  }

  @Override
  public void close() throws SQLException {
    duck.close();
  }
}
