package io.pandion.storage;

import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.FieldSchema;
import io.pandion.model.PandionException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/// Columns to and from a plain Parquet file, compressed with ZSTD. One file, one call, one thread.
///
/// BOOL is BOOLEAN; INT8, INT16, INT32 are INT32 with their annotation; INT64, FLOAT, DOUBLE as
/// they are; VARCHAR a string; JSON annotated as such; a float vector the standard three-level list
/// of FLOAT. Nullable fields are OPTIONAL. The Parquet field id is the field's id: fields are found
/// by it, so that a field can be renamed.
final class ParquetColumns {
  private ParquetColumns() {}

  static void write(
      Path file, List<FieldSchema> fields, List<Column> columns, int rows, Map<String, String> meta)
      throws IOException {
    try (ParquetWriter<Integer> writer =
        new Builder(new LocalOutputFile(file), fields, columns, meta)
            .withConf(new PlainParquetConfiguration())
            .withCodecFactory(new ZstdCodecs())
            .withCompressionCodec(CompressionCodecName.ZSTD)
            .withByteStreamSplitEncoding(true)
            .withWriteMode(ParquetFileWriter.Mode.CREATE)
            .build()) {
      for (int row = 0; row < rows; row++) {
        writer.write(row);
      }
    }
  }

  /// The columns of those fields that the file has, by field id.
  static Map<Long, Column> read(Path file, List<FieldSchema> fields) throws IOException {
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .withCodecFactory(new ZstdCodecs())
            .build();
    try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file), options)) {
      MessageType schema = reader.getFooter().getFileMetaData().getSchema();
      Map<Long, FieldSchema> wanted = new HashMap<>();
      fields.forEach(f -> wanted.put(f.id(), f));
      List<Type> present =
          schema.getFields().stream()
              .filter(t -> t.getId() != null && wanted.containsKey((long) t.getId().intValue()))
              .toList();
      MessageType projection = new MessageType(schema.getName(), present);
      reader.setRequestedSchema(projection);
      Map<Long, ColumnBuilder> builders = new LinkedHashMap<>();
      String createdBy = reader.getFooter().getFileMetaData().getCreatedBy();
      for (Type type : present) {
        FieldSchema field =
            java.util.Objects.requireNonNull(wanted.get((long) type.getId().intValue()));
        builders.put(field.id(), ColumnBuilder.of(field));
      }
      for (PageReadStore pages = reader.readNextRowGroup();
          pages != null;
          pages = reader.readNextRowGroup()) {
        ColumnReadStoreImpl store =
            new ColumnReadStoreImpl(pages, new Ignore(), projection, createdBy);
        for (int i = 0; i < present.size(); i++) {
          FieldSchema field =
              java.util.Objects.requireNonNull(
                  wanted.get((long) present.get(i).getId().intValue()));
          ColumnReader column = store.getColumnReader(projection.getColumns().get(i));
          readInto(
              column,
              field,
              java.util.Objects.requireNonNull(builders.get(field.id())),
              pages.getRowCount());
        }
      }
      Map<Long, Column> out = new LinkedHashMap<>();
      builders.forEach((id, builder) -> out.put(id, builder.build()));
      return out;
    }
  }

  private static void readInto(ColumnReader in, FieldSchema field, ColumnBuilder out, long rows) {
    int full = in.getDescriptor().getMaxDefinitionLevel();
    float[] vector = new float[field.dimension()];
    for (long row = 0; row < rows; row++) {
      if (field.type().isVector()) {
        readVector(in, field, row, vector);
        out.add(vector);
        continue;
      }
      if (in.getCurrentDefinitionLevel() < full) {
        out.add(null);
      } else {
        out.add(value(in, field));
      }
      in.consume();
    }
  }

  /// Reads one list, which must be as long as the vector: repetition level 0 begins the next row.
  private static void readVector(ColumnReader in, FieldSchema field, long row, float[] into) {
    int full = in.getDescriptor().getMaxDefinitionLevel();
    int length = 0;
    do {
      if (length < into.length && in.getCurrentDefinitionLevel() == full) {
        into[length] = in.getFloat();
      }
      length += in.getCurrentDefinitionLevel() == full ? 1 : 0;
      in.consume();
    } while (in.getCurrentRepetitionLevel() > 0);
    if (length != into.length) {
      throw PandionException.corrupt(
          "row "
              + row
              + " of field '"
              + field.name()
              + "' has a vector of dimension "
              + length
              + ", expected "
              + into.length);
    }
  }

  private static Object value(ColumnReader in, FieldSchema field) {
    return switch (field.type()) {
      case BOOL -> in.getBoolean();
      case INT8, INT16, INT32 -> in.getInteger();
      case INT64 -> in.getLong();
      case FLOAT -> in.getFloat();
      case DOUBLE -> in.getDouble();
      case VARCHAR -> in.getBinary().toStringUsingUTF8();
      case JSON -> in.getBinary().getBytes();
      case FLOAT_VECTOR -> throw new IllegalStateException("vectors are read as lists");
    };
  }

  private static MessageType schema(List<FieldSchema> fields) {
    List<Type> types = new ArrayList<>();
    for (FieldSchema field : fields) {
      types.add(type(field).withId((int) field.id()));
    }
    return new MessageType("segment", types);
  }

  private static Type type(FieldSchema field) {
    Type.Repetition repetition =
        field.nullable() ? Type.Repetition.OPTIONAL : Type.Repetition.REQUIRED;
    return switch (field.type()) {
      case BOOL -> Types.primitive(PrimitiveTypeName.BOOLEAN, repetition).named(field.name());
      case INT8 -> integer(field, repetition, 8);
      case INT16 -> integer(field, repetition, 16);
      case INT32 -> integer(field, repetition, 32);
      case INT64 -> Types.primitive(PrimitiveTypeName.INT64, repetition).named(field.name());
      case FLOAT -> Types.primitive(PrimitiveTypeName.FLOAT, repetition).named(field.name());
      case DOUBLE -> Types.primitive(PrimitiveTypeName.DOUBLE, repetition).named(field.name());
      case VARCHAR ->
          Types.primitive(PrimitiveTypeName.BINARY, repetition)
              .as(LogicalTypeAnnotation.stringType())
              .named(field.name());
      case JSON ->
          Types.primitive(PrimitiveTypeName.BINARY, repetition)
              .as(LogicalTypeAnnotation.jsonType())
              .named(field.name());
      case FLOAT_VECTOR ->
          Types.requiredList()
              .element(
                  Types.primitive(PrimitiveTypeName.FLOAT, Type.Repetition.REQUIRED)
                      .named("element"))
              .named(field.name());
    };
  }

  private static Type integer(FieldSchema field, Type.Repetition repetition, int bits) {
    return Types.primitive(PrimitiveTypeName.INT32, repetition)
        .as(LogicalTypeAnnotation.intType(bits, true))
        .named(field.name());
  }

  /// Writes row numbers: their values come from the columns.
  private static final class Builder extends ParquetWriter.Builder<Integer, Builder> {
    private final List<FieldSchema> fields;
    private final List<Column> columns;
    private final Map<String, String> meta;

    Builder(
        LocalOutputFile file,
        List<FieldSchema> fields,
        List<Column> columns,
        Map<String, String> meta) {
      super(file);
      this.fields = fields;
      this.columns = columns;
      this.meta = meta;
    }

    @Override
    protected Builder self() {
      return this;
    }

    @SuppressWarnings("deprecation") // still abstract
    @Override
    protected WriteSupport<Integer> getWriteSupport(org.apache.hadoop.conf.Configuration conf) {
      return new Rows(fields, columns, meta);
    }

    @Override
    protected WriteSupport<Integer> getWriteSupport(
        org.apache.parquet.conf.ParquetConfiguration conf) {
      return new Rows(fields, columns, meta);
    }
  }

  private static final class Rows extends WriteSupport<Integer> {
    private final List<FieldSchema> fields;
    private final List<Column> columns;
    private final Map<String, String> meta;
    private RecordConsumer out;

    @SuppressWarnings("NullAway.Init") // given by Parquet before the first row
    Rows(List<FieldSchema> fields, List<Column> columns, Map<String, String> meta) {
      this.fields = fields;
      this.columns = columns;
      this.meta = meta;
    }

    @SuppressWarnings("deprecation") // still abstract
    @Override
    public WriteContext init(org.apache.hadoop.conf.Configuration conf) {
      return new WriteContext(schema(fields), meta);
    }

    @Override
    public WriteContext init(org.apache.parquet.conf.ParquetConfiguration conf) {
      return new WriteContext(schema(fields), meta);
    }

    @Override
    public void prepareForWrite(RecordConsumer consumer) {
      out = consumer;
    }

    @Override
    public void write(Integer row) {
      out.startMessage();
      for (int i = 0; i < fields.size(); i++) {
        Column column = columns.get(i);
        if (!column.isNull(row)) {
          out.startField(fields.get(i).name(), i);
          add(column, row);
          out.endField(fields.get(i).name(), i);
        }
      }
      out.endMessage();
    }

    private void add(Column column, int row) {
      switch (column) {
        case Column.Bools c -> out.addBoolean(c.get(row));
        case Column.Ints c -> out.addInteger(c.get(row));
        case Column.Longs c -> out.addLong(c.get(row));
        case Column.Floats c -> out.addFloat(c.get(row));
        case Column.Doubles c -> out.addDouble(c.get(row));
        case Column.Strings c ->
            out.addBinary(
                Binary.fromConstantByteArray(c.get(row).getBytes(StandardCharsets.UTF_8)));
        case Column.Json c -> out.addBinary(Binary.fromConstantByteArray(c.get(row)));
        case Column.FloatVectors c -> vector(c, row);
      }
    }

    private void vector(Column.FloatVectors c, int row) {
      float[] values = c.values();
      int from = row * c.dimension();
      out.startGroup();
      out.startField("list", 0);
      for (int d = 0; d < c.dimension(); d++) {
        out.startGroup();
        out.startField("element", 0);
        out.addFloat(values[from + d]);
        out.endField("element", 0);
        out.endGroup();
      }
      out.endField("list", 0);
      out.endGroup();
    }
  }

  /// Columns are read one by one: no records are put together.
  static final class Ignore extends GroupConverter {
    private final PrimitiveConverter leaf = new PrimitiveConverter() {};

    @Override
    public Converter getConverter(int field) {
      return new Node(leaf);
    }

    @Override
    public void start() {}

    @Override
    public void end() {}
  }

  private static final class Node extends GroupConverter {
    private final PrimitiveConverter leaf;

    Node(PrimitiveConverter leaf) {
      this.leaf = leaf;
    }

    @Override
    public boolean isPrimitive() {
      return true;
    }

    @Override
    public PrimitiveConverter asPrimitiveConverter() {
      return leaf;
    }

    @Override
    public Converter getConverter(int field) {
      return this;
    }

    @Override
    public void start() {}

    @Override
    public void end() {}
  }
}
