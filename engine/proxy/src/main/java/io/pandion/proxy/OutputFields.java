package io.pandion.proxy;

import io.pandion.model.CollectionSchema;
import io.pandion.model.FieldSchema;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Subject;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a read returns, from the names that the client gave: fields, `*` (all of them), `$meta`, or
/// keys of the dynamic field (`color`, `$meta["color"]`).
///
/// @param fields to return, the primary key among them only when it is wanted
/// @param names as answered to the client: fields and dynamic keys
/// @param dynamicKeys keys of `$meta` to return; empty = all of them
record OutputFields(List<FieldSchema> fields, List<String> names, Set<String> dynamicKeys) {
  private static final Pattern META_KEY =
      Pattern.compile("\\$meta\\[(?:\"([^\"\\[\\]]+)\"|'([^'\\[\\]]+)')]");

  /// @param withKey return the primary key even when it is not named
  /// @throws PandionException NOT_FOUND FIELD
  static OutputFields of(CollectionSchema schema, List<String> requested, boolean withKey) {
    Map<String, FieldSchema> fields = new LinkedHashMap<>();
    Set<String> names = new LinkedHashSet<>();
    Set<String> keys = new LinkedHashSet<>();
    boolean wholeMeta = false;
    if (withKey) {
      fields.put(schema.primaryKey().name(), schema.primaryKey());
      names.add(schema.primaryKey().name());
    }
    for (String given : requested) {
      String name = given.strip();
      if (name.equals("*")) {
        schema.fields().forEach(field -> fields.put(field.name(), field));
        schema.fields().forEach(field -> names.add(field.name()));
        wholeMeta = true;
      } else if (schema.find(name).isPresent()) {
        FieldSchema field = schema.field(name);
        fields.put(name, field);
        names.add(name);
        wholeMeta |= field.dynamic();
      } else {
        FieldSchema meta = dynamic(schema, name);
        fields.put(meta.name(), meta);
        String key = key(name);
        names.add(key);
        keys.add(key);
      }
    }
    return new OutputFields(
        List.copyOf(fields.values()), List.copyOf(names), wholeMeta ? Set.of() : keys);
  }

  /// Ids of the fields to fetch: all but the primary key, which every answer has.
  List<Long> fetched() {
    return fields.stream().filter(f -> !f.primaryKey()).map(FieldSchema::id).toList();
  }

  private static FieldSchema dynamic(CollectionSchema schema, String name) {
    FieldSchema meta =
        schema
            .dynamicField()
            .orElseThrow(
                () ->
                    PandionException.notFound(
                        Subject.FIELD,
                        "field " + name + " not exist in collection '" + schema.name() + "'"));
    if (name.isEmpty() || (name.indexOf('[') >= 0 && !META_KEY.matcher(name).matches())) {
      throw PandionException.invalid(
          "output field '"
              + name
              + "': name a field or one key of the dynamic field; keys of JSON fields and nested"
              + " keys cannot be returned by themselves");
    }
    return meta;
  }

  private static String key(String name) {
    Matcher matcher = META_KEY.matcher(name);
    if (!matcher.matches()) {
      return name;
    }
    return matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
  }
}
