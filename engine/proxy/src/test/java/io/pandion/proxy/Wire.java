package io.pandion.proxy;

import com.google.protobuf.ByteString;
import io.pandion.protocol.BoolArray;
import io.pandion.protocol.DataType;
import io.pandion.protocol.DoubleArray;
import io.pandion.protocol.FieldData;
import io.pandion.protocol.FloatArray;
import io.pandion.protocol.IntArray;
import io.pandion.protocol.JSONArray;
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

/// Messages as clients send them.
final class Wire {
  private Wire() {}

  static FieldData bools(String name, Boolean... values) {
    BoolArray data = BoolArray.newBuilder().addAllData(List.of(values)).build();
    return scalars(name, DataType.Bool, ScalarField.newBuilder().setBoolData(data));
  }

  static FieldData ints(String name, DataType type, Integer... values) {
    IntArray data = IntArray.newBuilder().addAllData(List.of(values)).build();
    return scalars(name, type, ScalarField.newBuilder().setIntData(data));
  }

  static FieldData longs(String name, Long... values) {
    LongArray data = LongArray.newBuilder().addAllData(List.of(values)).build();
    return scalars(name, DataType.Int64, ScalarField.newBuilder().setLongData(data));
  }

  static FieldData floats(String name, Float... values) {
    FloatArray data = FloatArray.newBuilder().addAllData(List.of(values)).build();
    return scalars(name, DataType.Float, ScalarField.newBuilder().setFloatData(data));
  }

  static FieldData doubles(String name, Double... values) {
    DoubleArray data = DoubleArray.newBuilder().addAllData(List.of(values)).build();
    return scalars(name, DataType.Double, ScalarField.newBuilder().setDoubleData(data));
  }

  static FieldData strings(String name, String... values) {
    StringArray data = StringArray.newBuilder().addAllData(List.of(values)).build();
    return scalars(name, DataType.VarChar, ScalarField.newBuilder().setStringData(data));
  }

  static FieldData json(String name, String... values) {
    JSONArray.Builder data = JSONArray.newBuilder();
    for (String value : values) {
      data.addData(ByteString.copyFromUtf8(value));
    }
    return scalars(name, DataType.JSON, ScalarField.newBuilder().setJsonData(data));
  }

  static FieldData meta(String... values) {
    return json("$meta", values).toBuilder().setIsDynamic(true).build();
  }

  static FieldData vectors(String name, int dimension, Float... values) {
    FloatArray data = FloatArray.newBuilder().addAllData(List.of(values)).build();
    return FieldData.newBuilder()
        .setType(DataType.FloatVector)
        .setFieldName(name)
        .setVectors(VectorField.newBuilder().setDim(dimension).setFloatVector(data))
        .build();
  }

  static FieldData valid(FieldData data, Boolean... marks) {
    return data.toBuilder().addAllValidData(List.of(marks)).build();
  }

  private static FieldData scalars(String name, DataType type, ScalarField.Builder values) {
    return FieldData.newBuilder().setType(type).setFieldName(name).setScalars(values).build();
  }

  static KeyValuePair pair(String key, Object value) {
    return KeyValuePair.newBuilder().setKey(key).setValue(value.toString()).build();
  }

  static ByteString placeholders(PlaceholderType type, float[]... vectors) {
    PlaceholderValue.Builder value = PlaceholderValue.newBuilder().setTag("$0").setType(type);
    for (float[] vector : vectors) {
      ByteBuffer bytes = ByteBuffer.allocate(4 * vector.length).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(vector);
      value.addValues(ByteString.copyFrom(bytes));
    }
    return PlaceholderGroup.newBuilder().addPlaceholders(value).build().toByteString();
  }
}
