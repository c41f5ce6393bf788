package io.pandion.model;

import java.util.List;
import java.util.Optional;

/// The fields of a collection. Immutable; a change makes a new one with a higher version.
///
/// `fields` includes `$meta` when the dynamic field is enabled. Ids 0 and 1 are the system fields
/// (row id and time tick), as in Milvus.
public record CollectionSchema(
    String name,
    String description,
    List<FieldSchema> fields,
    boolean dynamicEnabled,
    int version) {
  public static final long ROW_ID_FIELD = 0;
  public static final long TICK_FIELD = 1;
  public static final long FIRST_FIELD_ID = 100;
  public static final String DYNAMIC_FIELD = "$meta";

  public CollectionSchema {
    fields = List.copyOf(fields);
  }

  public FieldSchema primaryKey() {
    for (FieldSchema field : fields) {
      if (field.primaryKey()) {
        return field;
      }
    }
    throw PandionException.invalid("collection '" + name + "' has no primary key field");
  }

  public Optional<FieldSchema> partitionKey() {
    return fields.stream().filter(FieldSchema::partitionKey).findFirst();
  }

  public Optional<FieldSchema> dynamicField() {
    return fields.stream().filter(FieldSchema::dynamic).findFirst();
  }

  public Optional<FieldSchema> find(String fieldName) {
    return fields.stream().filter(f -> f.name().equals(fieldName)).findFirst();
  }

  public Optional<FieldSchema> find(long fieldId) {
    return fields.stream().filter(f -> f.id() == fieldId).findFirst();
  }

  /// @throws PandionException NOT_FOUND FIELD
  public FieldSchema field(String fieldName) {
    return find(fieldName)
        .orElseThrow(
            () ->
                PandionException.notFound(
                    PandionException.Subject.FIELD,
                    "field '" + fieldName + "' does not exist in collection '" + name + "'"));
  }

  /// @throws PandionException NOT_FOUND FIELD
  public FieldSchema field(long fieldId) {
    return find(fieldId)
        .orElseThrow(
            () ->
                PandionException.notFound(
                    PandionException.Subject.FIELD,
                    "field with id " + fieldId + " does not exist in collection '" + name + "'"));
  }
}
