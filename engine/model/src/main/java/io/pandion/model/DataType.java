package io.pandion.model;

/// The type of a field. Codes are those of the Milvus protocol (`schema.proto`, `DataType`).
public enum DataType {
  BOOL(1),
  INT8(2),
  INT16(3),
  INT32(4),
  INT64(5),
  FLOAT(10),
  DOUBLE(11),
  VARCHAR(21),
  JSON(23),
  FLOAT_VECTOR(101);

  private final int code;

  DataType(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  public boolean isVector() {
    return this == FLOAT_VECTOR;
  }

  public boolean isInteger() {
    return this == INT8 || this == INT16 || this == INT32 || this == INT64;
  }

  public boolean isNumeric() {
    return isInteger() || this == FLOAT || this == DOUBLE;
  }

  /// @throws PandionException UNSUPPORTED for a code that Pandion does not store
  public static DataType ofCode(int code) {
    for (DataType type : values()) {
      if (type.code == code) {
        return type;
      }
    }
    throw PandionException.unsupported("data type with code " + code + " is not supported");
  }
}
