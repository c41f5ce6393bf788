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
import java.util.stream.Stream;

/// Reads the bucket as a stranger would: DuckDB on plain Parquet files, and the two rules of the
/// format. A row's narrow columns and its vectors are at the same place of two files; a row lives
/// unless a deltalog has its key with a larger `$ts`. One thread.
final class BucketReader implements AutoCloseable {
  private final Path bucket;
  private final Connection duck;

  BucketReader(Path bucket) throws SQLException {
    this.bucket = bucket;
    this.duck = DriverManager.getConnection("jdbc:duckdb:");
  }

  /// Live rows of [EveryType] by key.
  ///
  /// @param segments that are live; compaction leaves the files of others behind for a while
  Map<Object, Map<String, Object>> liveRows(long collection, Set<Long> segments)
      throws IOException, SQLException {
    Map<Object, Map<String, Object>> rows = new HashMap<>();
    String deletes = deletes(collection);
    for (Path folder : folders(collection)) {
      if (segments.contains(Long.parseLong(folder.getFileName().toString()))) {
        read(folder, deletes, rows);
      }
    }
    return rows;
  }

  private List<Path> folders(long collection) throws IOException {
    Path root = bucket.resolve("seg").resolve(Long.toString(collection));
    try (Stream<Path> all = Files.walk(root, 2)) {
      return all.filter(p -> root.relativize(p).getNameCount() == 2).sorted().toList();
    }
  }

  private List<Path> parquet(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.toString().endsWith(".parquet")).sorted().toList();
    }
  }

  /// A table of all deletes: taking one twice, or one of a segment that is gone, changes nothing.
  private String deletes(long collection) throws IOException, SQLException {
    List<Path> files = new ArrayList<>();
    for (Path folder : folders(collection)) {
      files.addAll(parquet(folder.resolve("delta")));
    }
    if (files.isEmpty()) {
      return "(SELECT NULL AS pk, NULL AS tick WHERE false)";
    }
    String list = files.stream().map(f -> "'" + f + "'").collect(Collectors.joining(", "));
    return "(SELECT pk, max(\"$ts\") AS tick FROM read_parquet([" + list + "]) GROUP BY pk)";
  }

  private void read(Path folder, String deletes, Map<Object, Map<String, Object>> rows)
      throws IOException, SQLException {
    List<Path> narrow = new ArrayList<>();
    List<Path> vectors = new ArrayList<>();
    for (Path file : parquet(folder.resolve("binlog"))) {
      (columns(file).contains("$ts") ? narrow : vectors).add(file);
    }
    assertThat(narrow).as("files of narrow columns in %s", folder).hasSize(1);
    assertThat(vectors).as("files of vectors in %s", folder).hasSize(1);
    String sql =
        "SELECT n.*, v.vec AS vec FROM read_parquet('"
            + narrow.getFirst()
            + "', file_row_number=true) n JOIN read_parquet('"
            + vectors.getFirst()
            + "', file_row_number=true) v USING (file_row_number) LEFT JOIN "
            + deletes
            + " d ON d.pk = n.id WHERE d.tick IS NULL OR d.tick <= n.\"$ts\"";
    try (Statement statement = duck.createStatement();
        ResultSet found = statement.executeQuery(sql)) {
      while (found.next()) {
        Map<String, Object> row = row(found);
        Object key = row.get(EveryType.KEY);
        if (key == null) {
          throw new AssertionError("a row without key in " + folder);
        }
        assertThat(rows.put(key, row)).as("live row %s is there twice", key).isNull();
      }
    }
  }

  private Set<String> columns(Path file) throws SQLException {
    try (Statement statement = duck.createStatement();
        ResultSet names =
            statement.executeQuery("SELECT name FROM parquet_schema('" + file + "')")) {
      Set<String> columns = new java.util.HashSet<>();
      while (names.next()) {
        columns.add(names.getString(1));
      }
      return columns;
    }
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
