package io.pandion.server;

import com.google.protobuf.ByteString;
import io.pandion.protocol.BoolArray;
import io.pandion.protocol.CollectionSchema;
import io.pandion.protocol.CreateCollectionRequest;
import io.pandion.protocol.CreateIndexRequest;
import io.pandion.protocol.DataType;
import io.pandion.protocol.DslType;
import io.pandion.protocol.FieldData;
import io.pandion.protocol.FieldSchema;
import io.pandion.protocol.FloatArray;
import io.pandion.protocol.InsertRequest;
import io.pandion.protocol.IntArray;
import io.pandion.protocol.JSONArray;
import io.pandion.protocol.KeyValuePair;
import io.pandion.protocol.LongArray;
import io.pandion.protocol.PlaceholderGroup;
import io.pandion.protocol.PlaceholderType;
import io.pandion.protocol.PlaceholderValue;
import io.pandion.protocol.QueryRequest;
import io.pandion.protocol.ScalarField;
import io.pandion.protocol.SearchRequest;
import io.pandion.protocol.StringArray;
import io.pandion.protocol.UpsertRequest;
import io.pandion.protocol.VectorField;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Requests as they go over the wire, where a client would have refused to send them.
final class Wire {
  private Wire() {}

  static KeyValuePair pair(String key, String value) {
    return KeyValuePair.newBuilder().setKey(key).setValue(value).build();
  }

  static List<KeyValuePair> pairs(Map<String, String> map) {
    return map.entrySet().stream().map(e -> pair(e.getKey(), e.getValue())).toList();
  }

  static FieldSchema.Builder field(String name, DataType type) {
    return FieldSchema.newBuilder().setName(name).setDataType(type);
  }

  static FieldSchema.Builder key(String name) {
    return field(name, DataType.Int64).setIsPrimaryKey(true);
  }

  static FieldSchema.Builder text(String name, String maxLength) {
    return field(name, DataType.VarChar).addTypeParams(pair("max_length", maxLength));
  }

  static FieldSchema.Builder vector(String name, String dimension) {
    return field(name, DataType.FloatVector).addTypeParams(pair("dim", dimension));
  }

  static CreateCollectionRequest.Builder create(String name, FieldSchema.Builder... fields) {
    CollectionSchema.Builder schema = CollectionSchema.newBuilder().setName(name);
    for (FieldSchema.Builder field : fields) {
      schema.addFields(field);
    }
    return CreateCollectionRequest.newBuilder()
        .setCollectionName(name)
        .setShardsNum(1)
        .setSchema(schema.build().toByteString());
  }

  static FieldData longs(String name, long... values) {
    LongArray.Builder data = LongArray.newBuilder();
    for (long value : values) {
      data.addData(value);
    }
    return scalar(name, DataType.Int64, ScalarField.newBuilder().setLongData(data));
  }

  static FieldData ints(String name, DataType type, int... values) {
    IntArray.Builder data = IntArray.newBuilder();
    for (int value : values) {
      data.addData(value);
    }
    return scalar(name, type, ScalarField.newBuilder().setIntData(data));
  }

  static FieldData floats(String name, float... values) {
    return scalar(name, DataType.Float, ScalarField.newBuilder().setFloatData(array(values)));
  }

  static FieldData bools(String name, boolean... values) {
    BoolArray.Builder data = BoolArray.newBuilder();
    for (boolean value : values) {
      data.addData(value);
    }
    return scalar(name, DataType.Bool, ScalarField.newBuilder().setBoolData(data));
  }

  static FieldData strings(String name, String... values) {
    return scalar(
        name,
        DataType.VarChar,
        ScalarField.newBuilder()
            .setStringData(StringArray.newBuilder().addAllData(List.of(values))));
  }

  static FieldData json(String name, String... values) {
    JSONArray.Builder data = JSONArray.newBuilder();
    for (String value : values) {
      data.addData(ByteString.copyFromUtf8(value));
    }
    return scalar(name, DataType.JSON, ScalarField.newBuilder().setJsonData(data));
  }

  static FieldData vectors(String name, int dimension, float... values) {
    return FieldData.newBuilder()
        .setFieldName(name)
        .setType(DataType.FloatVector)
        .setVectors(VectorField.newBuilder().setDim(dimension).setFloatVector(array(values)))
        .build();
  }

  private static FieldData scalar(String name, DataType type, ScalarField.Builder data) {
    return FieldData.newBuilder().setFieldName(name).setType(type).setScalars(data).build();
  }

  private static FloatArray array(float... values) {
    FloatArray.Builder data = FloatArray.newBuilder();
    for (float value : values) {
      data.addData(value);
    }
    return data.build();
  }

  static InsertRequest insert(String collection, int rows, List<FieldData> fields) {
    return InsertRequest.newBuilder()
        .setCollectionName(collection)
        .setNumRows(rows)
        .addAllFieldsData(fields)
        .build();
  }

  static UpsertRequest upsert(String collection, int rows, List<FieldData> fields) {
    return UpsertRequest.newBuilder()
        .setCollectionName(collection)
        .setNumRows(rows)
        .addAllFieldsData(fields)
        .build();
  }

  /// The fields with one of them exchanged for another, or left out when it is not there.
  static List<FieldData> with(List<FieldData> fields, String name, FieldData... instead) {
    List<FieldData> changed = new ArrayList<>();
    for (FieldData field : fields) {
      if (!field.getFieldName().equals(name)) {
        changed.add(field);
      }
    }
    changed.addAll(List.of(instead));
    return changed;
  }

  static QueryRequest.Builder query(String collection, String filter, String... fields) {
    return QueryRequest.newBuilder()
        .setCollectionName(collection)
        .setExpr(filter)
        .addAllOutputFields(List.of(fields))
        .setUseDefaultConsistency(true);
  }

  static ByteString placeholder(int count, float... vector) {
    ByteBuffer bytes = ByteBuffer.allocate(vector.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(vector);
    PlaceholderValue.Builder values =
        PlaceholderValue.newBuilder().setTag("$0").setType(PlaceholderType.FloatVector);
    for (int i = 0; i < count; i++) {
      values.addValues(ByteString.copyFrom(bytes.array()));
    }
    return PlaceholderGroup.newBuilder().addPlaceholders(values).build().toByteString();
  }

  /// A search that is right but for the given parameters; an empty value takes one away.
  static SearchRequest.Builder search(String collection, Map<String, String> params) {
    Map<String, String> all =
        new java.util.TreeMap<>(
            Map.of("anns_field", "vec", "topk", "5", "metric_type", "L2", "params", "{}"));
    all.putAll(params);
    all.values().removeIf(String::isEmpty);
    return SearchRequest.newBuilder()
        .setCollectionName(collection)
        .setDslType(DslType.BoolExprV1)
        .setNq(1)
        .setPlaceholderGroup(placeholder(1, 0, 0, 0, 1))
        .setUseDefaultConsistency(true)
        .addAllSearchParams(pairs(all));
  }

  static CreateIndexRequest index(
      String collection, String field, String name, Map<String, String> params) {
    return CreateIndexRequest.newBuilder()
        .setCollectionName(collection)
        .setFieldName(field)
        .setIndexName(name)
        .addAllExtraParams(pairs(params))
        .build();
  }
}
