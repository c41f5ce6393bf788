package io.pandion.proxy;

import static io.pandion.proxy.Wire.pair;

import io.pandion.protocol.CollectionSchema;
import io.pandion.protocol.CreateCollectionRequest;
import io.pandion.protocol.DataType;
import io.pandion.protocol.FieldSchema;
import io.pandion.protocol.FunctionSchema;
import io.pandion.protocol.LoadCollectionRequest;
import io.pandion.protocol.LoadPartitionsRequest;
import io.pandion.protocol.ManualCompactionRequest;
import io.pandion.protocol.Status;
import io.pandion.protocol.StructArrayFieldSchema;
import org.junit.jupiter.api.Test;

/// What Pandion does not have is refused by name, and not accepted and ignored.
class ProxyUnsupportedTest extends ProxyWorld {
  private static final int UNSUPPORTED = 10;

  private Status create(CollectionSchema.Builder schema) {
    return client.createCollection(
        CreateCollectionRequest.newBuilder()
            .setCollectionName("n")
            .setSchema(schema.build().toByteString())
            .build());
  }

  private static CollectionSchema.Builder with(FieldSchema.Builder field) {
    return CollectionSchema.newBuilder().setName("n").addFields(field);
  }

  @Test
  void a_data_type_is_named_with_its_field() {
    refused(
        create(with(field("tags", DataType.Array))),
        UNSUPPORTED,
        "data type Array of field 'tags' is not supported");
    refused(
        create(with(field("s", DataType.SparseFloatVector))),
        UNSUPPORTED,
        "data type SparseFloatVector of field 's' is not supported");
    refused(
        create(with(field("u", DataType.Int64).setDataTypeValue(77))),
        UNSUPPORTED,
        "data type 77 of field 'u' is not supported");
  }

  @Test
  void functions_and_struct_fields_are_told_apart() {
    refused(
        create(
            with(field("id", DataType.Int64))
                .addFunctions(FunctionSchema.newBuilder().setName("bm25"))),
        UNSUPPORTED,
        "functions are not supported: 'bm25'");
    refused(
        create(
            with(field("id", DataType.Int64))
                .addStructArrayFields(StructArrayFieldSchema.newBuilder().setName("clips"))),
        UNSUPPORTED,
        "struct fields are not supported: 'clips'");
  }

  @Test
  void a_dimension_is_from_2_to_32768() {
    for (String dimension : new String[] {"1", "32769", "x"}) {
      refused(
          create(with(field("v", DataType.FloatVector).addTypeParams(pair("dim", dimension)))),
          1100,
          "field 'v': dim is '" + dimension + "', it must be a number from 2 to 32768");
    }
  }

  @Test
  void some_fields_only_are_not_loaded() {
    refused(
        client.loadCollection(
            LoadCollectionRequest.newBuilder().setCollectionName("c").addLoadFields("id").build()),
        UNSUPPORTED,
        "load_fields [id] of collection 'c'");
    refused(
        client.loadPartitions(
            LoadPartitionsRequest.newBuilder()
                .setCollectionName("c")
                .addPartitionNames("_default")
                .addLoadFields("id")
                .build()),
        UNSUPPORTED,
        "load_fields [id] of collection 'c'");
  }

  @Test
  void a_clustering_compaction_is_refused() {
    refused(
        client
            .manualCompaction(
                ManualCompactionRequest.newBuilder()
                    .setCollectionName("c")
                    .setMajorCompaction(true)
                    .build())
            .getStatus(),
        UNSUPPORTED,
        "majorCompaction");
  }
}
