package io.pandion.proxy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.pandion.model.CollectionSchema;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.PandionException;
import io.pandion.protocol.ValueField;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Schemas of the protocol to schemas of the model and back.
final class Schemas {
  private Schemas() {}

  static CollectionSchema parse(String name, ByteString bytes) {
    io.pandion.protocol.CollectionSchema wire;
    try {
      wire = io.pandion.protocol.CollectionSchema.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw PandionException.invalid(
          "the schema of collection '" + name + "' cannot be read: " + e.getMessage());
    }
    if (wire.getFunctionsCount() > 0) {
      throw PandionException.unsupported(
          "functions are not supported: '"
              + wire.getFunctions(0).getName()
              + "' of collection '"
              + name
              + "'");
    }
    if (wire.getStructArrayFieldsCount() > 0) {
      throw PandionException.unsupported(
          "struct fields are not supported: '"
              + wire.getStructArrayFields(0).getName()
              + "' of collection '"
              + name
              + "'");
    }
    List<FieldSchema> fields = new ArrayList<>();
    wire.getFieldsList().forEach(field -> fields.add(field(field)));
    if (wire.getEnableDynamicField() && fields.stream().noneMatch(FieldSchema::dynamic)) {
      fields.add(
          new FieldSchema(
              0,
              CollectionSchema.DYNAMIC_FIELD,
              "dynamic schema",
              DataType.JSON,
              false,
              false,
              false,
              false,
              false,
              null,
              0,
              0,
              true,
              Map.of()));
    }
    return new CollectionSchema(
        name, wire.getDescription(), fields, wire.getEnableDynamicField(), 0);
  }

  /// The field that is added to a collection.
  static FieldSchema parseField(String collection, ByteString bytes) {
    try {
      return field(io.pandion.protocol.FieldSchema.parseFrom(bytes));
    } catch (InvalidProtocolBufferException e) {
      throw PandionException.invalid(
          "the schema of a new field of collection '"
              + collection
              + "' cannot be read: "
              + e.getMessage());
    }
  }

  static FieldSchema field(io.pandion.protocol.FieldSchema wire) {
    Map<String, String> params = Catalog.map(wire.getTypeParamsList());
    DataType type = type(wire);
    int length =
        type == DataType.VARCHAR ? number(wire.getName(), params, "max_length", 1, 65_535) : 0;
    int dimension = type.isVector() ? number(wire.getName(), params, "dim", 2, 32_768) : 0;
    FieldSchema field =
        new FieldSchema(
            wire.getFieldID(),
            wire.getName(),
            wire.getDescription(),
            type,
            wire.getIsPrimaryKey(),
            wire.getAutoID(),
            wire.getIsPartitionKey(),
            wire.getIsClusteringKey(),
            wire.getNullable(),
            defaultValue(wire, type),
            length,
            dimension,
            wire.getIsDynamic(),
            params);
    FieldChecks.checkDefault(field);
    return field;
  }

  private static DataType type(io.pandion.protocol.FieldSchema wire) {
    for (DataType type : DataType.values()) {
      if (type.code() == wire.getDataTypeValue()) {
        return type;
      }
    }
    String name =
        wire.getDataType() == io.pandion.protocol.DataType.UNRECOGNIZED
            ? Integer.toString(wire.getDataTypeValue())
            : wire.getDataType().name();
    throw PandionException.unsupported(
        "data type " + name + " of field '" + wire.getName() + "' is not supported");
  }

  private static int number(
      String field, Map<String, String> params, String name, int min, int max) {
    String text = params.getOrDefault(name, "");
    try {
      int value = Integer.parseInt(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // reported below with the value
    }
    throw PandionException.invalid(
        "field '"
            + field
            + "': "
            + name
            + " is '"
            + text
            + "', it must be a number from "
            + min
            + " to "
            + max);
  }

  private static @Nullable Object defaultValue(
      io.pandion.protocol.FieldSchema wire, DataType type) {
    ValueField value = wire.getDefaultValue();
    return switch (value.getDataCase()) {
      case BOOL_DATA -> (Object) value.getBoolData();
      case INT_DATA ->
          type == DataType.INT64 ? (Object) (long) value.getIntData() : (Object) value.getIntData();
      case LONG_DATA -> (Object) value.getLongData();
      case FLOAT_DATA -> (Object) value.getFloatData();
      case DOUBLE_DATA -> (Object) value.getDoubleData();
      case STRING_DATA -> value.getStringData();
      case DATA_NOT_SET -> null;
      case BYTES_DATA, TIMESTAMPTZ_DATA ->
          throw PandionException.unsupported(
              "field '"
                  + wire.getName()
                  + "': a default value of kind "
                  + value.getDataCase()
                  + " is not supported");
    };
  }

  static io.pandion.protocol.CollectionSchema wire(CollectionSchema schema) {
    io.pandion.protocol.CollectionSchema.Builder out =
        io.pandion.protocol.CollectionSchema.newBuilder()
            .setName(schema.name())
            .setDescription(schema.description())
            .setEnableDynamicField(schema.dynamicEnabled())
            .setVersion(schema.version());
    schema.fields().stream().filter(f -> !f.dynamic()).forEach(f -> out.addFields(wire(f)));
    return out.build();
  }

  private static io.pandion.protocol.FieldSchema wire(FieldSchema field) {
    io.pandion.protocol.FieldSchema.Builder out =
        io.pandion.protocol.FieldSchema.newBuilder()
            .setFieldID(field.id())
            .setName(field.name())
            .setDescription(field.description())
            .setDataTypeValue(field.type().code())
            .setIsPrimaryKey(field.primaryKey())
            .setAutoID(field.autoId())
            .setIsPartitionKey(field.partitionKey())
            .setIsClusteringKey(field.clusteringKey())
            .setNullable(field.nullable())
            .addAllTypeParams(Catalog.pairs(field.params()));
    Object value = field.defaultValue();
    if (value != null) {
      out.setDefaultValue(wire(value));
    }
    return out.build();
  }

  private static ValueField wire(Object value) {
    ValueField.Builder out = ValueField.newBuilder();
    return switch (value) {
      case Boolean v -> out.setBoolData(v).build();
      case Integer v -> out.setIntData(v).build();
      case Long v -> out.setLongData(v).build();
      case Float v -> out.setFloatData(v).build();
      case Double v -> out.setDoubleData(v).build();
      default -> out.setStringData(value.toString()).build();
    };
  }
}
