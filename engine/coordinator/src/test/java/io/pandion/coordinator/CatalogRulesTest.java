package io.pandion.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.cluster.CatalogCommand;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.DatabaseInfo;
import io.pandion.meta.PartitionInfo;
import io.pandion.model.CollectionSchema;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.PandionException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CatalogRulesTest {
  private final MemoryMetaStore store = new MemoryMetaStore();
  private final Ledger ledger = new Ledger(Tenure.begin(store));
  private long tick = 100;

  @BeforeEach
  void a_collection_exists() {
    CollectionSchema schema =
        Fields.checked(
            new CollectionSchema(
                "c",
                "",
                List.of(FieldSchema.key(0, "pk", DataType.INT64), FieldSchema.vector(0, "vec", 8)),
                true,
                0));
    CollectionInfo c = new CollectionInfo(7, 1, schema, List.of(), 2, 0, Map.of(), 7, 7);
    PartitionInfo p = new PartitionInfo(8, 7, "_default", 7);
    ledger.commit(
        new Changes()
            .put("database/1", new DatabaseInfo(1, "default", Map.of(), 1))
            .put(CatalogState.collectionKey(7), c)
            .put(CatalogState.partitionKey(p), p));
  }

  private void run(CatalogCommand command) {
    ledger.commit(new CatalogRules(ledger.catalog(), tick++).apply(command));
  }

  private CatalogCommand index(String type) {
    return new CatalogCommand.CreateIndex("", "c", "vec", "", type, Map.of("metric_type", "L2"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1a", "a-b", "ä", "a b"})
  void a_bad_name_is_refused(String name) {
    assertThatThrownBy(() -> run(new CatalogCommand.CreateDatabase(name, Map.of())))
        .hasMessageContaining("database name");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"and", "OR", "not", "in", "LIKE", "exists", "null", "True", "json_contains"})
  void a_word_of_filters_is_no_field_name(String name) {
    assertThatThrownBy(() -> Fields.checked(with(FieldSchema.of(0, name, DataType.INT64))))
        .hasMessage("Invalid field name: " + name + ". " + name + " is keyword in milvus");
    assertThat(Fields.checked(with(FieldSchema.of(0, name + "_", DataType.INT64))).fields())
        .hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"RowID", "Timestamp"})
  void a_field_of_the_system_is_no_field_name(String name) {
    assertThatThrownBy(() -> Fields.checked(with(FieldSchema.of(0, name, DataType.INT64))))
        .hasMessageContaining("Invalid field name: " + name);
  }

  private static CollectionSchema with(FieldSchema field) {
    return new CollectionSchema(
        "n",
        "",
        List.of(FieldSchema.key(0, "pk", DataType.INT64), FieldSchema.vector(0, "vec", 8), field),
        false,
        0);
  }

  private void unsupported(CatalogCommand command, String message) {
    assertThatThrownBy(() -> run(command))
        .isInstanceOfSatisfying(
            PandionException.class,
            e -> assertThat(e.reason()).isEqualTo(PandionException.Reason.UNSUPPORTED))
        .hasMessageContaining(message);
  }

  @Test
  void what_is_not_there_is_refused_and_not_ignored() {
    run(index(""));
    unsupported(
        new CatalogCommand.AlterCollection(
            "", "c", Map.of("collection.ttl.seconds", "60"), Set.of()),
        "collection.ttl.seconds");
    unsupported(
        new CatalogCommand.AlterField("", "c", "pk", Map.of("enable_match", "true"), Set.of()),
        "enable_match of field 'pk'");
    unsupported(new CatalogCommand.Load("", "c", List.of(), 2), "replica_number 2");
    FieldSchema plain = FieldSchema.of(0, "t", DataType.VARCHAR);
    FieldSchema analyzed =
        Fields.copy(plain, 0, null, 100, Map.of("max_length", "100", "enable_analyzer", "true"));
    assertThatThrownBy(() -> Fields.checked(with(analyzed)))
        .hasMessage("enable_analyzer of field 't' is not supported");
  }

  @Test
  void a_collection_is_not_renamed_by_its_alias() {
    run(new CatalogCommand.CreateAlias("", "c", "a"));
    assertThatThrownBy(() -> run(new CatalogCommand.RenameCollection("", "a", "", "d")))
        .hasMessage("unsupported use an alias to rename collection, alias:a");
    assertThat(ledger.catalog().collection(7).orElseThrow().name()).isEqualTo("c");
  }

  @Test
  void fields_count_from_100_and_the_dynamic_field_is_last() {
    List<FieldSchema> fields = ledger.catalog().collection(7).orElseThrow().schema().fields();
    assertThat(fields).extracting(FieldSchema::id).containsExactly(100L, 101L, 102L);
    assertThat(fields.getLast().name()).isEqualTo("$meta");
  }

  @Test
  void a_database_with_collections_stays() {
    run(new CatalogCommand.CreateDatabase("d", Map.of()));
    run(new CatalogCommand.RenameCollection("", "c", "d", "c2"));
    assertThatThrownBy(() -> run(new CatalogCommand.DropDatabase("d")))
        .hasMessageContaining("not empty");
  }

  @Test
  void the_same_index_again_is_no_change_and_another_is_refused() {
    run(index("HNSW"));
    long version = ledger.catalog().version();
    run(index("HNSW"));
    assertThat(ledger.catalog().version()).isEqualTo(version);
    assertThat(ledger.catalog().indexes(7)).extracting(i -> i.name()).containsExactly("vec");
    assertThatThrownBy(() -> run(index("FLAT"))).hasMessageContaining("one distinct index");
  }

  @Test
  void load_needs_an_index_and_then_the_index_stays() {
    CatalogCommand load = new CatalogCommand.Load("", "c", List.of(), 1);
    assertThatThrownBy(() -> run(load)).hasMessageContaining("no vector index on field: [vec]");
    run(index(""));
    run(load);
    assertThatThrownBy(() -> run(new CatalogCommand.DropIndex("", "c", "vec")))
        .hasMessageContaining("cannot be dropped on loaded collection");
    run(new CatalogCommand.Release("", "c", List.of()));
    run(new CatalogCommand.DropIndex("", "c", "vec"));
    assertThat(ledger.catalog().indexes(7)).isEmpty();
  }

  @Test
  void an_alias_resolves_and_can_move() {
    run(new CatalogCommand.CreateAlias("", "c", "a"));
    assertThat(ledger.catalog().resolve(1, "a").orElseThrow().id()).isEqualTo(7);
    assertThatThrownBy(() -> run(new CatalogCommand.AlterAlias("", "c", "b")))
        .hasMessageContaining("alias not found");
  }

  @Test
  void a_restart_reads_the_same_catalog() {
    run(index("HNSW"));
    run(new CatalogCommand.AlterCollection("", "c", Map.of("k", "v"), Set.of()));
    CatalogState again = new Ledger(Tenure.begin(store)).catalog();
    assertThat(again.collection(7)).isEqualTo(ledger.catalog().collection(7));
    assertThat(again.indexes(7)).isEqualTo(ledger.catalog().indexes(7));
    assertThat(again.partitions(7)).isEqualTo(ledger.catalog().partitions(7));
  }
}
