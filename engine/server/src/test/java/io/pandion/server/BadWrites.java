package io.pandion.server;

import static io.pandion.server.BadRequest.COLLECTION;
import static io.pandion.server.BadRequest.DATABASE;
import static io.pandion.server.BadRequest.FIELD;
import static io.pandion.server.BadRequest.INVALID;
import static io.pandion.server.BadRequest.PARTITION;
import static io.pandion.server.BadRequest.either;
import static io.pandion.server.BadRequest.refused;

import io.pandion.protocol.DataType;
import io.pandion.protocol.DeleteRequest;
import io.pandion.protocol.FieldData;
import io.pandion.protocol.FlushRequest;
import io.pandion.protocol.VectorField;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Rows and deletes that must be refused whole.
final class BadWrites {
  static final int DIMENSION = 4;

  private BadWrites() {}

  /// Columns of one right row.
  static List<FieldData> row(long key) {
    return List.of(
        Wire.longs("id", key),
        Wire.ints("tiny", DataType.Int8, 1),
        Wire.ints("num", DataType.Int32, (int) key),
        Wire.strings("name", "n" + key),
        Wire.floats("price", 1.5f),
        Wire.json("doc", "{\"a\": 1}"),
        Wire.vectors("vec", DIMENSION, (float) key, 0, 0, 1));
  }

  static List<BadRequest> all() {
    return Stream.of(values(), columns(), targets(), deletes()).flatMap(List::stream).toList();
  }

  private static BadRequest bad(String what, String field, FieldData instead, String... fragments) {
    return either(
        what,
        INVALID,
        FIELD,
        s -> s.insert(Wire.insert("bad", 1, Wire.with(row(77), field, instead))).getStatus(),
        fragments);
  }

  private static List<BadRequest> values() {
    return List.of(
        bad("a vector of 3", "vec", Wire.vectors("vec", 3, 1, 2, 3), "vec", "3", "4"),
        bad("half a vector", "vec", Wire.vectors("vec", 4, 1, 2), "vec"),
        bad("NaN", "vec", Wire.vectors("vec", 4, 1, Float.NaN, 0, 0), "vec", "NaN"),
        bad(
            "infinity",
            "vec",
            Wire.vectors("vec", 4, 1, Float.POSITIVE_INFINITY, 0, 0),
            "vec",
            "inf"),
        bad("text too long", "name", Wire.strings("name", "123456789"), "name", "8", "9"),
        bad("text too long in UTF-8", "name", Wire.strings("name", "ééééé"), "name", "8", "10"),
        bad("broken JSON", "doc", Wire.json("doc", "{\"a\":"), "doc"),
        bad("no JSON", "doc", Wire.json("doc", "hello"), "doc"),
        bad("an Int8 of 300", "tiny", Wire.ints("tiny", DataType.Int8, 300), "tiny", "300"),
        bad(
            "null where none may be",
            "num",
            Wire.ints("num", DataType.Int32, 0).toBuilder().addValidData(false).build(),
            "num"));
  }

  private static List<BadRequest> columns() {
    return List.of(
        bad("no num", "num", Wire.longs("big", 1), "num"),
        either(
            "no vector",
            INVALID,
            FIELD,
            s -> s.insert(Wire.insert("bad", 1, Wire.with(row(77), "vec"))).getStatus(),
            "vec"),
        either(
            "no key",
            INVALID,
            FIELD,
            s -> s.insert(Wire.insert("bad", 1, Wire.with(row(77), "id"))).getStatus(),
            "id"),
        bad("an unknown field", "", Wire.longs("nope", 1), "nope"),
        bad("text for an Int32", "num", Wire.strings("num", "five"), "num"),
        bad("an Int64 for a text", "name", Wire.longs("name", 5), "name"),
        bad("a bool for a float", "price", Wire.bools("price", true), "price"),
        bad("two values for one row", "num", Wire.ints("num", DataType.Int32, 1, 2), "num"),
        bad("the same field twice", "", Wire.ints("num", DataType.Int32, 1), "num"),
        bad("a scalar for a vector", "vec", Wire.floats("vec", 1, 2, 3, 4), "vec"),
        bad(
            "a binary vector for a float vector",
            "vec",
            FieldData.newBuilder()
                .setFieldName("vec")
                .setType(DataType.BinaryVector)
                .setVectors(
                    VectorField.newBuilder()
                        .setDim(8)
                        .setBinaryVector(com.google.protobuf.ByteString.copyFrom(new byte[1])))
                .build(),
            "vec"),
        bad(
            "a dynamic field where there is none",
            "",
            Wire.json("$meta", "{\"color\": 1}").toBuilder().setIsDynamic(true).build(),
            "dynamic"),
        refused(
            "a dynamic field that is no object",
            INVALID,
            s ->
                s.insert(
                        Wire.insert(
                            "dynamic",
                            1,
                            List.of(
                                Wire.longs("id", 1),
                                Wire.vectors("vec", 4, 1, 2, 3, 4),
                                Wire.json("$meta", "[1]").toBuilder().setIsDynamic(true).build())))
                    .getStatus(),
            "$meta"),
        refused(
            "a given key where the server gives keys",
            INVALID,
            s ->
                s.insert(
                        Wire.insert(
                            "auto",
                            1,
                            List.of(Wire.longs("id", 1), Wire.vectors("vec", 4, 1, 2, 3, 4))))
                    .getStatus(),
            "id"),
        refused(
            "no rows", INVALID, s -> s.insert(Wire.insert("bad", 0, List.of())).getStatus(), "row"),
        refused(
            "the same key twice in an insert",
            INVALID,
            s ->
                s.insert(
                        Wire.insert(
                            "bad",
                            2,
                            List.of(
                                Wire.longs("id", 78, 78),
                                Wire.ints("tiny", DataType.Int8, 1, 2),
                                Wire.ints("num", DataType.Int32, 1, 2),
                                Wire.strings("name", "a", "b"),
                                Wire.floats("price", 1, 2),
                                Wire.json("doc", "{}", "{}"),
                                Wire.vectors("vec", 4, 1, 2, 3, 4, 5, 6, 7, 8))))
                    .getStatus(),
            "78"),
        refused(
            "the same key twice in an upsert",
            INVALID,
            s ->
                s.upsert(
                        Wire.upsert(
                            "bad",
                            2,
                            List.of(
                                Wire.longs("id", 78, 78),
                                Wire.ints("tiny", DataType.Int8, 1, 2),
                                Wire.ints("num", DataType.Int32, 1, 2),
                                Wire.strings("name", "a", "b"),
                                Wire.floats("price", 1, 2),
                                Wire.json("doc", "{}", "{}"),
                                Wire.vectors("vec", 4, 1, 2, 3, 4, 5, 6, 7, 8))))
                    .getStatus(),
            "78"));
  }

  private static List<BadRequest> targets() {
    return List.of(
        refused(
            "insert into no collection",
            COLLECTION,
            s -> s.insert(Wire.insert("nowhere", 1, row(77))).getStatus(),
            "nowhere"),
        refused(
            "insert into no partition",
            PARTITION,
            s ->
                s.insert(
                        Wire.insert("bad", 1, row(77)).toBuilder()
                            .setPartitionName("nowhere")
                            .build())
                    .getStatus(),
            "nowhere"),
        refused(
            "insert into no database",
            DATABASE,
            s ->
                s.insert(Wire.insert("bad", 1, row(77)).toBuilder().setDbName("nodb").build())
                    .getStatus(),
            "nodb"),
        refused(
            "flush of no collection",
            COLLECTION,
            s ->
                s.flush(FlushRequest.newBuilder().addCollectionNames("nowhere").build())
                    .getStatus(),
            "nowhere"));
  }

  private static List<BadRequest> deletes() {
    Map<String, String> filters =
        Map.of(
            "id in [1",
            "",
            "nope == 1",
            "nope",
            "id in [\"a\"]",
            "id",
            "id ==",
            "",
            "vec == 1",
            "vec");
    return Stream.concat(
            Stream.of(
                refused("delete of all by accident", INVALID, s -> delete(s, "bad", ""), "expr"),
                refused(
                    "delete in no collection", COLLECTION, s -> delete(s, "nowhere", "id == 1"))),
            filters.entrySet().stream()
                .map(
                    f ->
                        either(
                            "delete where " + f.getKey(),
                            INVALID,
                            FIELD,
                            s -> delete(s, "bad", f.getKey()),
                            f.getValue())))
        .toList();
  }

  private static io.pandion.protocol.Status delete(
      io.pandion.protocol.MilvusServiceGrpc.MilvusServiceBlockingStub stub,
      String collection,
      String filter) {
    return stub.delete(
            DeleteRequest.newBuilder().setCollectionName(collection).setExpr(filter).build())
        .getStatus();
  }
}
