package io.pandion.server;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.milvus.v2.client.MilvusClientV2;
import io.milvus.v2.common.DataType;
import io.milvus.v2.service.collection.request.AddFieldReq;
import io.milvus.v2.service.collection.request.CreateCollectionReq.CollectionSchema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A schema with every type, null, default and dynamic fields; random rows and random filters for
/// it. Fractions are quarters, so that FLOAT holds them exactly.
final class EveryType {
  static final String KEY = "id";
  static final String VECTOR = "vec";
  static final List<String> FIELDS =
      List.of(
          KEY, "flag", "tiny", "small", "num", "big", "ratio", "exact", "name", "doc", VECTOR,
          "color", "rank");
  static final long NUM_DEFAULT = 7;

  private static final List<String> COLORS = List.of("red", "green", "blue");
  private static final Gson GSON = new Gson();

  private EveryType() {}

  static AddFieldReq field(String name, DataType type) {
    return AddFieldReq.builder().fieldName(name).dataType(type).build();
  }

  private static AddFieldReq nullable(String name, DataType type) {
    return AddFieldReq.builder().fieldName(name).dataType(type).isNullable(true).build();
  }

  static AddFieldReq vector(String name, int dimension) {
    return AddFieldReq.builder()
        .fieldName(name)
        .dataType(DataType.FloatVector)
        .dimension(dimension)
        .build();
  }

  /// @param keyType Int64 or VarChar
  static AddFieldReq key(DataType keyType) {
    return AddFieldReq.builder()
        .fieldName(KEY)
        .dataType(keyType)
        .maxLength(64)
        .isPrimaryKey(true)
        .build();
  }

  static CollectionSchema schema(DataType keyType, int dimension) {
    CollectionSchema schema = MilvusClientV2.CreateSchema();
    schema.setEnableDynamicField(true);
    schema.addField(key(keyType));
    schema.addField(nullable("flag", DataType.Bool));
    schema.addField(field("tiny", DataType.Int8));
    schema.addField(field("small", DataType.Int16));
    schema.addField(
        AddFieldReq.builder()
            .fieldName("num")
            .dataType(DataType.Int32)
            .defaultValue((int) NUM_DEFAULT)
            .build());
    schema.addField(nullable("big", DataType.Int64));
    schema.addField(nullable("ratio", DataType.Float));
    schema.addField(field("exact", DataType.Double));
    schema.addField(
        AddFieldReq.builder()
            .fieldName("name")
            .dataType(DataType.VarChar)
            .maxLength(64)
            .isNullable(true)
            .build());
    schema.addField(nullable("doc", DataType.JSON));
    schema.addField(vector(VECTOR, dimension));
    return schema;
  }

  static Map<String, Object> row(Random random, Object key, int dimension) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put(KEY, key);
    maybe(random, row, "flag", random.nextBoolean());
    row.put("tiny", (long) random.nextInt(-128, 128));
    row.put("small", (long) random.nextInt(-200, 200));
    maybe(random, row, "num", (long) random.nextInt(50));
    maybe(random, row, "big", random.nextLong(-1L << 40, 1L << 40));
    maybe(random, row, "ratio", random.nextInt(-40, 40) / 4f);
    row.put("exact", random.nextInt(-4000, 4000) / 4d);
    maybe(random, row, "name", name(random));
    maybe(random, row, "doc", doc(random));
    row.put(VECTOR, vector(random, dimension));
    maybe(random, row, "color", COLORS.get(random.nextInt(COLORS.size())));
    maybe(random, row, "rank", (long) random.nextInt(100));
    return row;
  }

  private static void maybe(Random random, Map<String, Object> row, String field, Object value) {
    if (random.nextInt(5) > 0) {
      row.put(field, value);
    }
  }

  private static String name(Random random) {
    return (char) ('a' + random.nextInt(4))
        + (random.nextBoolean() ? "é" : "x")
        + random.nextInt(9);
  }

  private static Map<String, Object> doc(Random random) {
    Map<String, Object> doc = new TreeMap<>();
    if (random.nextBoolean()) {
      doc.put("a", (long) random.nextInt(10));
    }
    if (random.nextBoolean()) {
      doc.put("t", random.nextBoolean() ? COLORS.get(random.nextInt(3)) : (Object) 5L);
    }
    if (random.nextBoolean()) {
      doc.put("list", List.of((long) random.nextInt(4), (long) random.nextInt(4)));
    }
    doc.put("in", Map.of("d", random.nextInt(8) / 2d + 0.25, "b", random.nextBoolean()));
    return doc;
  }

  static List<Float> vector(Random random, int dimension) {
    List<Float> vector = new ArrayList<>(dimension);
    for (int i = 0; i < dimension; i++) {
      vector.add((float) random.nextGaussian());
    }
    return List.copyOf(vector);
  }

  /// The row as the server keeps it: absent values of `num` are its default.
  static Map<String, Object> stored(Map<String, Object> row) {
    Map<String, Object> stored = new LinkedHashMap<>(row);
    stored.putIfAbsent("num", NUM_DEFAULT);
    return stored;
  }

  /// A random filter, with up to two levels of `and`, `or`, `not`.
  static ModelFilter filter(Random random) {
    return filter(random, 2);
  }

  private static ModelFilter filter(Random random, int depth) {
    if (depth == 0 || random.nextInt(3) == 0) {
      return leaf(random);
    }
    ModelFilter left = filter(random, depth - 1);
    return switch (random.nextInt(3)) {
      case 0 -> left.negated();
      case 1 -> left.and(filter(random, depth - 1));
      default -> left.or(filter(random, depth - 1));
    };
  }

  private static ModelFilter leaf(Random random) {
    String operator = List.of("==", "!=", "<", "<=", ">", ">=").get(random.nextInt(6));
    return switch (random.nextInt(17)) {
      case 0 -> ModelFilter.compare("flag", random.nextBoolean() ? "==" : "!=", true);
      case 1 -> ModelFilter.compare("tiny", operator, (long) random.nextInt(-128, 128));
      case 2 ->
          ModelFilter.in(
              "small", Stream.generate(() -> (long) random.nextInt(-200, 200)).limit(40).toList());
      case 3 -> ModelFilter.modulo("num", 5, random.nextInt(5));
      case 4 -> ModelFilter.compare("num", operator, (long) random.nextInt(50));
      case 5 -> ModelFilter.isNull("big");
      case 6 -> ModelFilter.compare("big", operator, random.nextLong(-1L << 40, 1L << 40));
      case 7 -> ModelFilter.compare("ratio", operator, random.nextInt(-40, 40) / 4d);
      case 8 -> ModelFilter.compare("exact", operator, random.nextInt(-4000, 4000) / 4d);
      case 9 -> ModelFilter.startsWith("name", String.valueOf((char) ('a' + random.nextInt(4))));
      case 10 -> ModelFilter.compare("name", operator, name(random));
      case 11 -> ModelFilter.isNotNull("name");
      case 12 -> ModelFilter.compare("doc[\"a\"]", operator, (long) random.nextInt(10));
      case 13 -> ModelFilter.compare("doc[\"t\"]", "==", COLORS.get(random.nextInt(3)));
      case 14 ->
          random.nextBoolean()
              ? ModelFilter.contains("doc[\"list\"]", (long) random.nextInt(4))
              : ModelFilter.exists("doc[\"a\"]");
      case 15 -> ModelFilter.compare("color", "==", COLORS.get(random.nextInt(3)));
      default -> ModelFilter.compare("rank", operator, (long) random.nextInt(100));
    };
  }

  /// A row as the client sends it; absent values are left out.
  static JsonObject json(Map<String, Object> row) {
    return GSON.toJsonTree(row).getAsJsonObject();
  }

  /// An answered row in the terms of the model: integers are Long, JSON is Map and List, null is
  /// absent.
  static Map<String, Object> answered(Map<String, Object> entity) {
    Map<String, Object> row = new LinkedHashMap<>();
    entity.forEach(
        (name, value) -> {
          Object normal = normal(value);
          if (normal != null) {
            row.put(name, normal);
          }
        });
    return row;
  }

  static @Nullable Object normal(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case JsonNull _ -> null;
      case JsonPrimitive p when p.isString() -> p.getAsString();
      case JsonPrimitive p when p.isBoolean() -> p.getAsBoolean();
      case JsonPrimitive p -> number(p.getAsString());
      case JsonElement e when e.isJsonArray() ->
          e.getAsJsonArray().asList().stream().map(EveryType::normal).toList();
      case JsonElement e ->
          e.getAsJsonObject().entrySet().stream()
              .filter(x -> !x.getValue().isJsonNull())
              .collect(Collectors.toMap(Map.Entry::getKey, x -> some(normal(x.getValue()))));
      case Integer i -> (long) i;
      case Short s -> (long) s;
      case Byte b -> (long) b;
      default -> value;
    };
  }

  private static Object some(@Nullable Object value) {
    if (value == null) {
      throw new IllegalArgumentException("a null where a value is needed");
    }
    return value;
  }

  private static Object number(String text) {
    return text.matches("-?\\d+")
        ? (Object) Long.parseLong(text)
        : (Object) Double.parseDouble(text);
  }
}
