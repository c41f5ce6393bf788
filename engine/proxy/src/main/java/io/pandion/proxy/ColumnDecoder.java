package io.pandion.proxy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Internal.FloatList;
import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.FieldSchema;
import io.pandion.protocol.DataType;
import io.pandion.protocol.FieldData;
import io.pandion.protocol.ScalarField;
import io.pandion.protocol.ScalarField.DataCase;
import io.pandion.protocol.VectorField;
import java.util.BitSet;
import java.util.List;

/// Reads the values of one field from a request, and checks each of them.
///
/// `valid_data` marks the rows that have a value; the values are then either all rows' (with
/// anything in the others' places) or only those of the marked rows: SDKs send the latter, the
/// server answers with the former, and both are taken.
final class ColumnDecoder {
  private ColumnDecoder() {}

  /// @throws io.pandion.model.PandionException INVALID_REQUEST, naming the field, row and value
  static Column decode(FieldSchema field, FieldData data, int rows) {
    checkType(field, data);
    if (field.type().isVector()) {
      return vectors(field, data, rows);
    }
    if (data.getFieldCase() == FieldData.FieldCase.VECTORS) {
      throw wrongKind(field, "a vector");
    }
    List<?> values = values(field, data.getScalars());
    BitSet absent = absent(field.name(), data, rows);
    boolean compact = values.size() != rows;
    checkCount(field.name(), values.size(), rows, absent);
    ColumnBuilder out = ColumnBuilder.of(field);
    int next = 0;
    for (int row = 0; row < rows; row++) {
      if (absent.get(row)) {
        out.add(FieldChecks.absent(field, row));
        continue;
      }
      Object value = values.get(compact ? next++ : row);
      if (value instanceof ByteString text) {
        // The Node SDK writes a null of a JSON field as an empty text.
        out.add(
            text.isEmpty() && field.nullable()
                ? null
                : FieldChecks.checked(field, row, text.toByteArray()));
      } else {
        out.add(FieldChecks.checked(field, row, value));
      }
    }
    return out.build();
  }

  /// The rows without a value.
  static BitSet absent(String field, FieldData data, int rows) {
    BitSet absent = new BitSet(rows);
    int marks = data.getValidDataCount();
    if (marks != 0 && marks != rows) {
      throw FieldChecks.bad(
          field, "valid_data has " + marks + " entries, the request has " + rows + " rows");
    }
    for (int row = 0; row < marks; row++) {
      absent.set(row, !data.getValidData(row));
    }
    return absent;
  }

  static void checkCount(String field, int values, int rows, BitSet absent) {
    if (values != rows && values != rows - absent.cardinality()) {
      throw FieldChecks.bad(
          field,
          "the column has "
              + values
              + " values, the request has "
              + rows
              + " rows"
              + (absent.isEmpty() ? "" : ", " + absent.cardinality() + " of them null"));
    }
  }

  private static void checkType(FieldSchema field, FieldData data) {
    boolean agrees = data.getTypeValue() == field.type().code() || data.getType() == DataType.None;
    if (!agrees) {
      throw FieldChecks.bad(
          field.name(),
          "the data is of type " + data.getType() + ", the field is of type " + field.type());
    }
  }

  private static List<?> values(FieldSchema field, ScalarField scalars) {
    DataCase wanted =
        switch (field.type()) {
          case BOOL -> DataCase.BOOL_DATA;
          case INT8, INT16, INT32 -> DataCase.INT_DATA;
          case INT64 -> DataCase.LONG_DATA;
          case FLOAT -> DataCase.FLOAT_DATA;
          case DOUBLE -> DataCase.DOUBLE_DATA;
          case VARCHAR -> DataCase.STRING_DATA;
          case JSON -> DataCase.JSON_DATA;
          case FLOAT_VECTOR -> DataCase.DATA_NOT_SET;
        };
    if (scalars.getDataCase() != wanted && scalars.getDataCase() != DataCase.DATA_NOT_SET) {
      throw wrongKind(field, scalars.getDataCase().toString());
    }
    return list(scalars);
  }

  /// The values of whichever kind a column holds.
  static List<?> list(ScalarField scalars) {
    return switch (scalars.getDataCase()) {
      case BOOL_DATA -> scalars.getBoolData().getDataList();
      case INT_DATA -> scalars.getIntData().getDataList();
      case LONG_DATA -> scalars.getLongData().getDataList();
      case FLOAT_DATA -> scalars.getFloatData().getDataList();
      case DOUBLE_DATA -> scalars.getDoubleData().getDataList();
      case STRING_DATA -> scalars.getStringData().getDataList();
      case JSON_DATA -> scalars.getJsonData().getDataList();
      default -> List.of();
    };
  }

  private static Column vectors(FieldSchema field, FieldData data, int rows) {
    VectorField vectors = data.getVectors();
    if (data.getFieldCase() != FieldData.FieldCase.VECTORS
        || vectors.getDataCase() != VectorField.DataCase.FLOAT_VECTOR) {
      throw wrongKind(
          field,
          data.getFieldCase() == FieldData.FieldCase.VECTORS
              ? vectors.getDataCase().toString()
              : data.getFieldCase().toString());
    }
    BitSet absent = absent(field.name(), data, rows);
    if (!absent.isEmpty()) {
      throw FieldChecks.bad(field, absent.nextSetBit(0), "a vector must not be null");
    }
    int dimension = field.dimension();
    if (vectors.getDim() != 0 && vectors.getDim() != dimension) {
      throw FieldChecks.bad(
          field.name(),
          "the vectors have dimension "
              + vectors.getDim()
              + ", the field has dimension "
              + dimension);
    }
    FloatList floats = (FloatList) vectors.getFloatVector().getDataList();
    if (floats.size() != (long) rows * dimension) {
      throw FieldChecks.bad(
          field.name(),
          floats.size()
              + " floats are not "
              + rows
              + " vectors of dimension "
              + dimension
              + " ("
              + (long) rows * dimension
              + " floats)");
    }
    float[] out = new float[floats.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = floats.getFloat(i);
      if (!Float.isFinite(out[i])) {
        FieldChecks.finite(field, i / dimension, out[i]);
      }
    }
    return new Column.FloatVectors(out, dimension);
  }

  private static RuntimeException wrongKind(FieldSchema field, String given) {
    return FieldChecks.bad(
        field.name(), "the data is " + given + ", the field is of type " + field.type());
  }
}
