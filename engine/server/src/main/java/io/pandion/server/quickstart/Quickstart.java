package io.pandion.server.quickstart;

import io.pandion.model.Column;
import io.pandion.model.PandionException;
import io.pandion.server.client.Hit;
import io.pandion.server.client.MilvusClient;
import io.pandion.server.client.VectorFile;
import io.pandion.storage.PlainParquet;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The first minute: ten thousand English words go in, their neighbours come out, all through the
/// public protocol. One run, one thread.
public final class Quickstart {
  private static final String COLLECTION = "quickstart_words";
  private static final String METRIC = "COSINE";
  private static final String PARAMS = "{\"ef\": 64}";
  private static final List<String> OUTPUT = List.of("word");
  private static final int BATCH = 1_000;
  private static final int NEIGHBOURS = 5;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final MilvusClient client;
  private final String address;
  private final Screen screen;
  private final Map<String, Column> columns;
  private final Column.Strings words;
  private final Column.FloatVectors vectors;

  /// @param address of the server that the reader's own program will use
  /// @param terminal whether a person watches
  public Quickstart(MilvusClient client, String address, PrintStream out, boolean terminal) {
    this.client = client;
    this.address = address;
    this.screen = new Screen(out, terminal);
    this.columns = PlainParquet.read(VectorFile.words());
    this.words = (Column.Strings) column("word");
    this.vectors = (Column.FloatVectors) column("vector");
  }

  private Column column(String name) {
    Column column = columns.get(name);
    if (column == null) {
      throw PandionException.invalid("the file of words has no column '" + name + "'");
    }
    return column;
  }

  /// @throws PandionException when the server refuses or takes too long
  public void run() {
    create();
    insert();
    index();
    search();
    filter();
    delete();
    farewell();
  }

  private void create() {
    screen.title("1. A collection");
    if (client.hasCollection(COLLECTION)) {
      client.dropCollection(COLLECTION);
      screen.line("dropped the one of an earlier quickstart");
    }
    client.createCollection(COLLECTION, "id", columns);
    screen.line(
        COLLECTION
            + ": id (primary key), word, length, vector ("
            + vectors.dimension()
            + " floats, GloVe)");
  }

  private void insert() {
    screen.title("2. Insert " + words.size() + " words, the most frequent in English");
    long begun = System.nanoTime();
    for (int from = 0; from < words.size(); from += BATCH) {
      int to = Math.min(from + BATCH, words.size());
      client.insert(COLLECTION, columns, from, to);
      screen.progress("inserting", to, words.size());
    }
    double seconds = seconds(begun);
    screen.line(
        String.format(
            Locale.ROOT,
            "%d rows in %.2f s (%.0f rows/s); every batch was on disk when it was acknowledged",
            words.size(),
            seconds,
            words.size() / seconds));
  }

  private void index() {
    screen.title("3. Index and load");
    long begun = System.nanoTime();
    client.createIndex(
        COLLECTION,
        "vector",
        Map.of("index_type", "HNSW", "metric_type", METRIC, "M", "16", "efConstruction", "200"));
    client.load(COLLECTION, PATIENCE);
    screen.line(
        String.format(
            Locale.ROOT,
            "loaded after %.2f s: searchable at once, at full recall",
            seconds(begun)));
    client.flush(COLLECTION, PATIENCE);
    MilvusClient.await(
        "the index of '" + COLLECTION + "'",
        PATIENCE,
        () -> {
          MilvusClient.IndexState state = client.index(COLLECTION);
          screen.progress("indexing", Math.min(state.indexed(), words.size()), words.size());
          return state.covers(words.size());
        });
    screen.line(
        String.format(
            Locale.ROOT, "rows in Parquet files, HNSW index built after %.2f s", seconds(begun)));
  }

  private void search() {
    screen.title("4. Search: which words are near?");
    neighbours("king", "", "");
    neighbours("coffee", "", "");
  }

  private void filter() {
    screen.title("5. The same with a filter");
    neighbours("king", "id < 1000", ": among the 1000 most frequent words");
    neighbours("coffee", "length <= 4 and word like \"%e%\"", "");
  }

  private void delete() {
    screen.title("6. Delete");
    Hit gone = near("coffee", "").getFirst();
    String word = gone.values().getFirst().toString();
    client.delete(COLLECTION, "id in [" + gone.id() + "]");
    screen.line("deleted '" + word + "', the nearest to 'coffee'; now:");
    List<Hit> left = neighbours("coffee", "", "");
    if (left.stream().anyMatch(h -> h.id() == gone.id())) {
      throw new PandionException(
          PandionException.Reason.INTERNAL,
          PandionException.Subject.COLLECTION,
          "'" + word + "' was deleted, and is still found");
    }
    long count = client.count(COLLECTION);
    screen.line("count(*) = " + count);
    if (count != words.size() - 1) {
      throw new PandionException(
          PandionException.Reason.INTERNAL,
          PandionException.Subject.COLLECTION,
          "expected " + (words.size() - 1) + " rows after the delete");
    }
  }

  private List<Hit> neighbours(String word, String filter, String note) {
    long begun = System.nanoTime();
    List<Hit> hits = near(word, filter);
    double millis = seconds(begun) * 1_000;
    screen.line(
        String.format(
            Locale.ROOT,
            "%s%s%s (%.1f ms)",
            word,
            filter.isEmpty() ? "" : ", where " + filter,
            note,
            millis));
    List<List<Object>> rows = new ArrayList<>();
    for (Hit hit : hits) {
      rows.add(List.of(hit.values().getFirst(), hit.id(), hit.score()));
    }
    screen.table(List.of("word", "id", "cosine"), rows);
    return hits;
  }

  /// The nearest other words.
  private List<Hit> near(String word, String filter) {
    int row = row(word);
    List<Hit> hits =
        client.search(
            COLLECTION,
            "vector",
            vectors.vector(row),
            NEIGHBOURS + 1,
            METRIC,
            PARAMS,
            filter,
            OUTPUT);
    return hits.stream()
        .filter(h -> !h.values().getFirst().equals(word))
        .limit(NEIGHBOURS)
        .toList();
  }

  private int row(String word) {
    for (int row = 0; row < words.size(); row++) {
      if (words.get(row).equals(word)) {
        return row;
      }
    }
    throw PandionException.invalid("'" + word + "' is not among the words");
  }

  private void farewell() {
    screen.title("That was the Milvus protocol: every Milvus SDK can do it. From your program:");
    screen.line("Python  pip install pymilvus");
    screen.line("  client = MilvusClient(\"http://" + address + "\")");
    screen.line("  vector = client.get(\"" + COLLECTION + "\", ids=[640])[0][\"vector\"]");
    screen.line(
        "  client.search(\"" + COLLECTION + "\", [vector], limit=5, output_fields=[\"word\"])");
    screen.line("Java    io.milvus:milvus-sdk-java");
    screen.line(
        "  var client = new MilvusClientV2(ConnectConfig.builder().uri(\"http://"
            + address
            + "\").build());");
    screen.line(
        "  client.search(SearchReq.builder().collectionName(\""
            + COLLECTION
            + "\").data(List.of(new FloatVec(vector)))"
            + ".limit(5).outputFields(List.of(\"word\")).build());");
    screen.line("Node    npm install @zilliz/milvus2-sdk-node@2.6");
    screen.line("  const client = new MilvusClient({ address: \"" + address + "\" });");
    screen.line(
        "  await client.search({ collection_name: \""
            + COLLECTION
            + "\", data: vector, limit: 5, output_fields: [\"word\"] });");
  }

  private static double seconds(long begunNanos) {
    return (System.nanoTime() - begunNanos) / 1e9;
  }
}
