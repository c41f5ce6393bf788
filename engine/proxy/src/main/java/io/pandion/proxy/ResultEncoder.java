package io.pandion.proxy;

import com.google.protobuf.ByteString;
import io.pandion.model.Column;
import io.pandion.model.FieldSchema;
import io.pandion.protocol.BoolArray;
import io.pandion.protocol.DataType;
import io.pandion.protocol.DoubleArray;
import io.pandion.protocol.FieldData;
import io.pandion.protocol.FloatArray;
import io.pandion.protocol.IDs;
import io.pandion.protocol.IntArray;
import io.pandion.protocol.JSONArray;
import io.pandion.protocol.LongArray;
import io.pandion.protocol.MutationResult;
import io.pandion.protocol.ScalarField;
import io.pandion.protocol.StringArray;
import io.pandion.protocol.VectorField;
import java.util.Set;

/// Columns as Milvus answers them: a value in the place of every row (a null's is zero or empty),
/// and `valid_data` for nullable fields. The kind of data is set even when there are no rows: SDKs
/// look at it.
final class ResultEncoder {
  private ResultEncoder() {}

  /// @param dynamicKeys of the dynamic field; empty = all
  static FieldData field(FieldSchema field, Column column, Set<String> dynamicKeys) {
    FieldData.Builder out =
        FieldData.newBuilder()
            .setTypeValue(field.type().code())
            .setFieldName(field.name())
            .setFieldId(field.id())
            .setIsDynamic(field.dynamic());
    if (column instanceof Column.FloatVectors vectors) {
      out.setVectors(vectors(field, vectors));
    } else if (field.dynamic()) {
      out.setScalars(dynamic((Column.Json) column, dynamicKeys));
    } else {
      out.setScalars(scalars(column));
    }
    if (field.nullable() && !field.dynamic()) {
      for (int row = 0; row < column.size(); row++) {
        out.addValidData(!column.isNull(row));
      }
    }
    return out.build();
  }

  static FieldData count(long count) {
    return FieldData.newBuilder()
        .setType(DataType.Int64)
        .setFieldName("count(*)")
        .setScalars(ScalarField.newBuilder().setLongData(LongArray.newBuilder().addData(count)))
        .build();
  }

  static IDs ids(Column keys) {
    ScalarField scalars = scalars(keys);
    return keys instanceof Column.Longs
        ? IDs.newBuilder().setIntId(scalars.getLongData()).build()
        : IDs.newBuilder().setStrId(scalars.getStringData()).build();
  }

  /// The answer to a write of these keys.
  static MutationResult.Builder mutation(Column keys) {
    return MutationResult.newBuilder().setAcknowledged(true).setIDs(ids(keys));
  }

  private static VectorField vectors(FieldSchema field, Column.FloatVectors vectors) {
    FloatArray.Builder floats = FloatArray.newBuilder();
    for (float value : vectors.values()) {
      floats.addData(value);
    }
    return VectorField.newBuilder().setDim(field.dimension()).setFloatVector(floats).build();
  }

  private static ScalarField dynamic(Column.Json column, Set<String> keys) {
    JSONArray.Builder out = JSONArray.newBuilder();
    for (int row = 0; row < column.size(); row++) {
      byte[] text = column.get(row);
      if (text.length == 0) {
        out.addData(ByteString.copyFromUtf8("{}"));
      } else {
        out.addData(ByteString.copyFrom(keys.isEmpty() ? text : JsonText.only(text, keys)));
      }
    }
    return ScalarField.newBuilder().setJsonData(out).build();
  }

  private static ScalarField scalars(Column column) {
    ScalarField.Builder out = ScalarField.newBuilder();
    int rows = column.size();
    switch (column) {
      case Column.Bools c -> {
        BoolArray.Builder data = BoolArray.newBuilder();
        for (int row = 0; row < rows; row++) {
          data.addData(c.get(row));
        }
        out.setBoolData(data);
      }
      case Column.Ints c -> {
        IntArray.Builder data = IntArray.newBuilder();
        for (int row = 0; row < rows; row++) {
          data.addData(c.get(row));
        }
        out.setIntData(data);
      }
      case Column.Longs c -> {
        LongArray.Builder data = LongArray.newBuilder();
        for (int row = 0; row < rows; row++) {
          data.addData(c.get(row));
        }
        out.setLongData(data);
      }
      case Column.Floats c -> {
        FloatArray.Builder data = FloatArray.newBuilder();
        for (int row = 0; row < rows; row++) {
          data.addData(c.get(row));
        }
        out.setFloatData(data);
      }
      case Column.Doubles c -> {
        DoubleArray.Builder data = DoubleArray.newBuilder();
        for (int row = 0; row < rows; row++) {
          data.addData(c.get(row));
        }
        out.setDoubleData(data);
      }
      case Column.Strings c -> {
        StringArray.Builder data = StringArray.newBuilder();
        for (int row = 0; row < rows; row++) {
          data.addData(c.get(row));
        }
        out.setStringData(data);
      }
      case Column.Json c -> {
        JSONArray.Builder data = JSONArray.newBuilder();
        for (int row = 0; row < rows; row++) {
          data.addData(ByteString.copyFrom(c.get(row)));
        }
        out.setJsonData(data);
      }
      case Column.FloatVectors _ ->
          throw new IllegalArgumentException("vectors are not scalars"); // kept apart above
    }
    return out.build();
  }
}
