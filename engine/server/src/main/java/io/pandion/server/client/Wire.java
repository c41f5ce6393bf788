package io.pandion.server.client;

import com.google.protobuf.ByteString;
import io.pandion.model.Column;
import io.pandion.model.PandionException;
import io.pandion.protocol.DataType;
import io.pandion.protocol.FieldData;
import io.pandion.protocol.FieldSchema;
import io.pandion.protocol.FloatArray;
import io.pandion.protocol.IntArray;
import io.pandion.protocol.KeyValuePair;
import io.pandion.protocol.LongArray;
import io.pandion.protocol.PlaceholderGroup;
import io.pandion.protocol.PlaceholderType;
import io.pandion.protocol.PlaceholderValue;
import io.pandion.protocol.ScalarField;
import io.pandion.protocol.StringArray;
import io.pandion.protocol.VectorField;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/// Columns, schemas and vectors in the shape of the protocol.
final class Wire {
  private static final int VARCHAR_BYTES = 256;

  private Wire() {}

  /// Rows `from` to before `to` of a column.
  static FieldData field(String name, Column column, int from, int to) {
    FieldData.Builder field = FieldData.newBuilder().setFieldName(name);
    ScalarField.Builder scalars = ScalarField.newBuilder();
    switch (column) {
      case Column.Longs c -> {
        LongArray.Builder values = LongArray.newBuilder();
        for (int row = from; row < to; row++) {
          values.addData(c.get(row));
        }
        field.setType(DataType.Int64).setScalars(scalars.setLongData(values));
      }
      case Column.Ints c -> {
        IntArray.Builder values = IntArray.newBuilder();
        for (int row = from; row < to; row++) {
          values.addData(c.get(row));
        }
        field.setType(DataType.Int32).setScalars(scalars.setIntData(values));
      }
      case Column.Strings c -> {
        StringArray.Builder values = StringArray.newBuilder();
        for (int row = from; row < to; row++) {
          values.addData(c.get(row));
        }
        field.setType(DataType.VarChar).setScalars(scalars.setStringData(values));
      }
      case Column.FloatVectors c -> {
        FloatArray.Builder values = FloatArray.newBuilder();
        float[] all = c.values();
        for (int i = from * c.dimension(); i < to * c.dimension(); i++) {
          values.addData(all[i]);
        }
        field
            .setType(DataType.FloatVector)
            .setVectors(VectorField.newBuilder().setDim(c.dimension()).setFloatVector(values));
      }
      default -> throw unknown(name, column);
    }
    return field.build();
  }

  static FieldSchema schema(String name, Column column, boolean key) {
    FieldSchema.Builder field = FieldSchema.newBuilder().setName(name).setIsPrimaryKey(key);
    switch (column) {
      case Column.Longs _ -> field.setDataType(DataType.Int64);
      case Column.Ints _ -> field.setDataType(DataType.Int32);
      case Column.Strings _ ->
          field
              .setDataType(DataType.VarChar)
              .addTypeParams(pair("max_length", Integer.toString(VARCHAR_BYTES)));
      case Column.FloatVectors c ->
          field
              .setDataType(DataType.FloatVector)
              .addTypeParams(pair("dim", Integer.toString(c.dimension())));
      default -> throw unknown(name, column);
    }
    return field.build();
  }

  private static PandionException unknown(String name, Column column) {
    return PandionException.unsupported(
        "column '"
            + name
            + "' is of a kind that this client does not send: "
            + column.getClass().getSimpleName());
  }

  static KeyValuePair pair(String key, String value) {
    return KeyValuePair.newBuilder().setKey(key).setValue(value).build();
  }

  /// Query vectors.
  static ByteString placeholder(List<float[]> vectors) {
    PlaceholderValue.Builder all =
        PlaceholderValue.newBuilder().setTag("$0").setType(PlaceholderType.FloatVector);
    for (float[] vector : vectors) {
      ByteBuffer bytes =
          ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(vector);
      all.addValues(ByteString.copyFrom(bytes.array()));
    }
    return PlaceholderGroup.newBuilder().addPlaceholders(all).build().toByteString();
  }

  /// The value in a row of an answer.
  static Object value(FieldData field, int row) {
    ScalarField scalars = field.getScalars();
    return switch (scalars.getDataCase()) {
      case LONG_DATA -> scalars.getLongData().getData(row);
      case INT_DATA -> scalars.getIntData().getData(row);
      case STRING_DATA -> scalars.getStringData().getData(row);
      case BOOL_DATA -> scalars.getBoolData().getData(row);
      case FLOAT_DATA -> scalars.getFloatData().getData(row);
      case DOUBLE_DATA -> scalars.getDoubleData().getData(row);
      default ->
          throw PandionException.unsupported(
              "field '" + field.getFieldName() + "' holds " + scalars.getDataCase());
    };
  }
}
