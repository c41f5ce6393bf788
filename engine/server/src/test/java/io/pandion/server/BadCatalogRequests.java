package io.pandion.server;

import static io.pandion.server.BadRequest.ALIAS;
import static io.pandion.server.BadRequest.COLLECTION;
import static io.pandion.server.BadRequest.DATABASE;
import static io.pandion.server.BadRequest.INDEX;
import static io.pandion.server.BadRequest.INVALID;
import static io.pandion.server.BadRequest.PARTITION;
import static io.pandion.server.BadRequest.UNSUPPORTED;
import static io.pandion.server.BadRequest.refused;

import com.google.protobuf.ByteString;
import io.pandion.protocol.AddCollectionFieldRequest;
import io.pandion.protocol.AlterAliasRequest;
import io.pandion.protocol.CreateAliasRequest;
import io.pandion.protocol.CreateCollectionRequest;
import io.pandion.protocol.CreateDatabaseRequest;
import io.pandion.protocol.CreatePartitionRequest;
import io.pandion.protocol.DataType;
import io.pandion.protocol.DescribeAliasRequest;
import io.pandion.protocol.DescribeCollectionRequest;
import io.pandion.protocol.DropCollectionRequest;
import io.pandion.protocol.DropDatabaseRequest;
import io.pandion.protocol.DropPartitionRequest;
import io.pandion.protocol.FieldSchema;
import io.pandion.protocol.LoadCollectionRequest;
import io.pandion.protocol.LoadPartitionsRequest;
import io.pandion.protocol.ManualCompactionRequest;
import io.pandion.protocol.ReleaseCollectionRequest;
import io.pandion.protocol.RenameCollectionRequest;
import io.pandion.protocol.ValueField;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Changes of the catalog that must be refused.
final class BadCatalogRequests {
  private BadCatalogRequests() {}

  static List<BadRequest> all() {
    return Stream.of(names(), schemas(), manyFields(), changes(), loads())
        .flatMap(List::stream)
        .toList();
  }

  private static BadRequest collection(
      String what, CreateCollectionRequest.Builder request, String... fragments) {
    return new BadRequest(
        what,
        Set.of(INVALID, UNSUPPORTED),
        List.of(fragments),
        s -> s.createCollection(request.build()));
  }

  private static BadRequest fields(String what, List<FieldSchema.Builder> fields, String... names) {
    return collection(
        what, Wire.create("fresh", fields.toArray(FieldSchema.Builder[]::new)), names);
  }

  private static List<BadRequest> names() {
    return Stream.of("1abc", "a-b", "a b", "ünder", "x".repeat(256))
        .map(
            name ->
                collection(
                    "a collection named " + name,
                    Wire.create(name, Wire.key("id"), Wire.vector("vec", "4")),
                    name))
        .toList();
  }

  private static List<BadRequest> schemas() {
    FieldSchema.Builder key = Wire.key("id");
    FieldSchema.Builder vector = Wire.vector("vec", "4");
    return List.of(
        collection("a collection without name", Wire.create("", key, vector), "name"),
        fields("a dimension of 1", List.of(key, Wire.vector("vec", "1")), "vec", "1"),
        fields("a dimension of 40,000", List.of(key, Wire.vector("vec", "40000")), "vec", "40000"),
        fields("a dimension of four", List.of(key, Wire.vector("vec", "four")), "vec", "four"),
        fields("no dimension", List.of(key, Wire.field("vec", DataType.FloatVector)), "vec", "dim"),
        fields("two primary keys", List.of(key, Wire.key("id2"), vector), "primary key"),
        fields("no primary key", List.of(Wire.field("id", DataType.Int64), vector), "primary key"),
        fields(
            "a float as primary key",
            List.of(Wire.field("id", DataType.Float).setIsPrimaryKey(true), vector),
            "id"),
        fields(
            "a primary key that may be null",
            List.of(Wire.key("id").setNullable(true), vector),
            "id"),
        fields("a schema without vector", List.of(key), "vector"),
        fields("the same name twice", List.of(key, vector, Wire.text("vec", "5")), "vec"),
        fields("a text of length 0", List.of(key, vector, Wire.text("t", "0")), "t", "0"),
        fields("a text of 70,000", List.of(key, vector, Wire.text("t", "70000")), "t", "70000"),
        fields(
            "a text without length",
            List.of(key, vector, Wire.field("t", DataType.VarChar)),
            "t",
            "max_length"),
        fields(
            "an autoID that is no key",
            List.of(key, vector, Wire.field("n", DataType.Int64).setAutoID(true)),
            "n"),
        fields(
            "a float as partition key",
            List.of(key, vector, Wire.field("n", DataType.Float).setIsPartitionKey(true)),
            "n"),
        fields(
            "two partition keys",
            List.of(
                key,
                vector,
                Wire.field("m", DataType.Int64).setIsPartitionKey(true),
                Wire.field("n", DataType.Int64).setIsPartitionKey(true)),
            "partition key"),
        fields(
            "a default of another type",
            List.of(
                key,
                vector,
                Wire.field("n", DataType.Int32)
                    .setDefaultValue(ValueField.newBuilder().setStringData("seven"))),
            "n"),
        fields(
            "a field with the dynamic name",
            List.of(key, vector, Wire.text("$meta", "5")),
            "$meta"),
        fields("a field named 2x", List.of(key, vector, Wire.text("2x", "5")), "2x"),
        fields(
            "a sparse vector",
            List.of(key, Wire.field("vec", DataType.SparseFloatVector)),
            "SparseFloatVector"),
        fields(
            "a type that nobody knows",
            List.of(key, vector, FieldSchema.newBuilder().setName("odd").setDataTypeValue(9_999)),
            "9999"),
        collection(
            "a schema that is no schema",
            CreateCollectionRequest.newBuilder()
                .setCollectionName("fresh")
                .setSchema(ByteString.copyFrom(new byte[] {10, 127, 1})),
            "fresh",
            "schema"),
        collection(
            "a name that is taken by other fields",
            Wire.create("bad", key, Wire.vector("other", "8")),
            "bad"),
        collection("65 shards", Wire.create("fresh", key, vector).setShardsNum(65), "shard", "65"));
  }

  private static List<BadRequest> manyFields() {
    List<FieldSchema.Builder> scalars = new ArrayList<>();
    List<FieldSchema.Builder> vectors = new ArrayList<>();
    scalars.add(Wire.key("id"));
    scalars.add(Wire.vector("vec", "4"));
    vectors.add(Wire.key("id"));
    for (int i = 0; i < 65; i++) {
      scalars.add(Wire.field("f" + i, DataType.Int8));
    }
    for (int i = 0; i < 5; i++) {
      vectors.add(Wire.vector("v" + i, "4"));
    }
    return List.of(fields("67 fields", scalars, "64"), fields("5 vectors", vectors, "5", "vector"));
  }

  private static List<BadRequest> changes() {
    return List.of(
        refused(
            "a database that exists",
            INVALID,
            s -> s.createDatabase(CreateDatabaseRequest.newBuilder().setDbName("default").build()),
            "default"),
        refused(
            "a database named a-b",
            INVALID,
            s -> s.createDatabase(CreateDatabaseRequest.newBuilder().setDbName("a-b").build()),
            "a-b"),
        refused(
            "drop of the default database",
            INVALID,
            s -> s.dropDatabase(DropDatabaseRequest.newBuilder().setDbName("default").build()),
            "default"),
        refused(
            "drop of no database",
            DATABASE,
            s -> s.dropDatabase(DropDatabaseRequest.newBuilder().setDbName("nodb").build()),
            "nodb"),
        refused(
            "description of no collection",
            COLLECTION,
            s ->
                s.describeCollection(
                        DescribeCollectionRequest.newBuilder().setCollectionName("nowhere").build())
                    .getStatus(),
            "nowhere"),
        refused(
            "a new name that is taken",
            INVALID,
            s -> s.renameCollection(rename("bad", "plain")),
            "plain"),
        refused(
            "a new name that is no name",
            INVALID,
            s -> s.renameCollection(rename("bad", "new name")),
            "new name"),
        refused(
            "another name of no collection",
            COLLECTION,
            s -> s.renameCollection(rename("nowhere", "fresh")),
            "nowhere"),
        refused(
            "an alias that is a collection",
            INVALID,
            s -> s.createAlias(alias("bad", "plain")),
            "plain"),
        refused("an alias named a.b", INVALID, s -> s.createAlias(alias("bad", "a.b")), "a.b"),
        refused(
            "an alias of nothing",
            COLLECTION,
            s -> s.createAlias(alias("nowhere", "a")),
            "nowhere"),
        refused(
            "change of no alias",
            ALIAS,
            s ->
                s.alterAlias(
                    AlterAliasRequest.newBuilder()
                        .setCollectionName("bad")
                        .setAlias("noalias")
                        .build()),
            "noalias"),
        refused(
            "description of no alias",
            ALIAS,
            s ->
                s.describeAlias(DescribeAliasRequest.newBuilder().setAlias("noalias").build())
                    .getStatus(),
            "noalias"),
        refused(
            "drop of a collection with an alias",
            INVALID,
            s ->
                s.dropCollection(
                    DropCollectionRequest.newBuilder().setCollectionName("aliased").build()),
            "alias"),
        refused(
            "an added field that may not be null",
            INVALID,
            s -> s.addCollectionField(added(Wire.field("extra", DataType.Int64))),
            "extra"),
        refused(
            "an added field that exists",
            INVALID,
            s -> s.addCollectionField(added(Wire.field("num", DataType.Int64).setNullable(true))),
            "num"),
        refused(
            "an added vector",
            INVALID,
            s -> s.addCollectionField(added(Wire.vector("vec2", "4").setNullable(true))),
            "vec2"),
        refused(
            "compaction of no collection",
            COLLECTION,
            s ->
                s.manualCompaction(
                        ManualCompactionRequest.newBuilder().setCollectionName("nowhere").build())
                    .getStatus(),
            "nowhere"));
  }

  private static RenameCollectionRequest rename(String from, String to) {
    return RenameCollectionRequest.newBuilder().setOldName(from).setNewName(to).build();
  }

  private static CreateAliasRequest alias(String collection, String alias) {
    return CreateAliasRequest.newBuilder().setCollectionName(collection).setAlias(alias).build();
  }

  private static AddCollectionFieldRequest added(FieldSchema.Builder field) {
    return AddCollectionFieldRequest.newBuilder()
        .setCollectionName("bad")
        .setSchema(field.build().toByteString())
        .build();
  }

  private static List<BadRequest> loads() {
    return List.of(
        refused(
            "load without index",
            INDEX,
            s ->
                s.loadCollection(
                    LoadCollectionRequest.newBuilder().setCollectionName("plain").build()),
            "vec"),
        refused(
            "load of no collection",
            COLLECTION,
            s ->
                s.loadCollection(
                    LoadCollectionRequest.newBuilder().setCollectionName("nowhere").build()),
            "nowhere"),
        refused(
            "load of no partition",
            PARTITION,
            s ->
                s.loadPartitions(
                    LoadPartitionsRequest.newBuilder()
                        .setCollectionName("bad")
                        .addPartitionNames("nowhere")
                        .build()),
            "nowhere"),
        refused(
            "release of no collection",
            COLLECTION,
            s ->
                s.releaseCollection(
                    ReleaseCollectionRequest.newBuilder().setCollectionName("nowhere").build()),
            "nowhere"),
        refused(
            "a partition named p q",
            INVALID,
            s -> s.createPartition(partition("bad", "p q")),
            "p q"),
        refused(
            "a partition of nothing",
            COLLECTION,
            s -> s.createPartition(partition("nowhere", "p")),
            "nowhere"),
        refused(
            "drop of the default partition",
            INVALID,
            s -> s.dropPartition(drop("_default")),
            "default partition"),
        refused(
            "drop of a loaded partition",
            INVALID,
            s -> s.dropPartition(drop("extra")),
            "extra",
            "release"));
  }

  private static CreatePartitionRequest partition(String collection, String name) {
    return CreatePartitionRequest.newBuilder()
        .setCollectionName(collection)
        .setPartitionName(name)
        .build();
  }

  private static DropPartitionRequest drop(String name) {
    return DropPartitionRequest.newBuilder()
        .setCollectionName("bad")
        .setPartitionName(name)
        .build();
  }
}
