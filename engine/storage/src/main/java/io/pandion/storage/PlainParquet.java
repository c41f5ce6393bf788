package io.pandion.storage;

import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.DataType;
import io.pandion.model.PandionException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;

/// Reads a Parquet file of anybody's whole into columns, by the file's own names and types. One
/// call, one thread.
///
/// BOOLEAN, INT32, INT64, FLOAT, DOUBLE and strings become columns of that type, a list of FLOAT a
/// column of vectors (all of one length, without nulls). Pages are ZSTD.
public final class PlainParquet {
  private PlainParquet() {}

  /// The columns in the file's order.
  ///
  /// @throws PandionException INVALID_REQUEST for a file that is not such Parquet
  public static Map<String, Column> read(Path file) {
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .withCodecFactory(new ZstdCodecs())
            .build();
    try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file), options)) {
      MessageType schema = reader.getFooter().getFileMetaData().getSchema();
      String createdBy = reader.getFooter().getFileMetaData().getCreatedBy();
      Map<String, ColumnBuilder> builders = new LinkedHashMap<>();
      for (PageReadStore pages = reader.readNextRowGroup();
          pages != null;
          pages = reader.readNextRowGroup()) {
        ColumnReadStoreImpl store =
            new ColumnReadStoreImpl(pages, new ParquetColumns.Ignore(), schema, createdBy);
        for (ColumnDescriptor column : schema.getColumns()) {
          readInto(store.getColumnReader(column), column, builders, pages.getRowCount());
        }
      }
      Map<String, Column> columns = new LinkedHashMap<>();
      builders.forEach((name, builder) -> columns.put(name, builder.build()));
      return columns;
    } catch (IOException | RuntimeException e) {
      throw new PandionException(
          PandionException.Reason.INVALID_REQUEST,
          PandionException.Subject.PARAMETER,
          "file " + file + " cannot be read as Parquet: " + e.getMessage(),
          e);
    }
  }

  private static void readInto(
      ColumnReader in, ColumnDescriptor column, Map<String, ColumnBuilder> builders, long rows) {
    String name = column.getPath()[0];
    boolean list = column.getMaxRepetitionLevel() > 0;
    int full = column.getMaxDefinitionLevel();
    PrimitiveType type = column.getPrimitiveType();
    for (long row = 0; row < rows; row++) {
      if (list) {
        float[] vector = vector(in, full, name);
        builders
            .computeIfAbsent(name, _ -> new ColumnBuilder(DataType.FLOAT_VECTOR, vector.length))
            .add(vector);
      } else {
        builders
            .computeIfAbsent(name, _ -> new ColumnBuilder(dataType(type), 0))
            .add(in.getCurrentDefinitionLevel() < full ? null : value(in, type));
        in.consume();
      }
    }
  }

  private static float[] vector(ColumnReader in, int full, String name) {
    List<Float> values = new ArrayList<>();
    do {
      if (in.getCurrentDefinitionLevel() < full) {
        throw new IllegalArgumentException("list '" + name + "' has a null");
      }
      values.add(in.getFloat());
      in.consume();
    } while (in.getCurrentRepetitionLevel() > 0);
    float[] out = new float[values.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = values.get(i);
    }
    return out;
  }

  private static DataType dataType(PrimitiveType type) {
    return switch (type.getPrimitiveTypeName()) {
      case BOOLEAN -> DataType.BOOL;
      case INT32 -> DataType.INT32;
      case INT64 -> DataType.INT64;
      case FLOAT -> DataType.FLOAT;
      case DOUBLE -> DataType.DOUBLE;
      case BINARY -> {
        if (type.getLogicalTypeAnnotation()
            instanceof LogicalTypeAnnotation.StringLogicalTypeAnnotation) {
          yield DataType.VARCHAR;
        }
        throw unknown(type);
      }
      case INT96, FIXED_LEN_BYTE_ARRAY -> throw unknown(type);
    };
  }

  private static Object value(ColumnReader in, PrimitiveType type) {
    return switch (type.getPrimitiveTypeName()) {
      case BOOLEAN -> in.getBoolean();
      case INT32 -> in.getInteger();
      case INT64 -> in.getLong();
      case FLOAT -> in.getFloat();
      case DOUBLE -> in.getDouble();
      case BINARY -> in.getBinary().toStringUsingUTF8();
      case INT96, FIXED_LEN_BYTE_ARRAY -> throw unknown(type);
    };
  }

  private static IllegalArgumentException unknown(PrimitiveType type) {
    return new IllegalArgumentException(
        "column '" + type + "' is neither a plain type, a string nor a list of FLOAT");
  }
}
