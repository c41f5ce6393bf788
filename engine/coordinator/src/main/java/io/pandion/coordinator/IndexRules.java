package io.pandion.coordinator;

import static io.pandion.model.PandionException.invalid;

import io.pandion.cluster.CatalogCommand.AlterIndex;
import io.pandion.cluster.CatalogCommand.CreateIndex;
import io.pandion.cluster.CatalogCommand.DropIndex;
import io.pandion.index.VectorIndexTypes;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.IndexInfo;
import io.pandion.meta.SegmentInfo;
import io.pandion.model.CollectionSchema;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.Metric;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Subject;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Rules of indexes, as in Milvus: one on a field, repeated creation is no change. Pure.
record IndexRules(CatalogState state, long tick) {
  private static final Set<String> SCALAR =
      Set.of("AUTOINDEX", "INVERTED", "STL_SORT", "BITMAP", "TRIE");

  /// Segments with fewer rows are scanned, as in Milvus.
  static final long MIN_ROWS = 1_024;

  /// Whether an index needs a file on a segment: all but FLAT and those of documents, on segments
  /// that are not small.
  static boolean wanted(CollectionSchema schema, IndexInfo index, SegmentInfo segment) {
    return segment.rows() >= MIN_ROWS
        && !index.type().equals("FLAT")
        && schema.find(index.fieldId()).map(f -> f.type() != DataType.JSON).orElse(false);
  }

  Changes create(CreateIndex c) {
    CollectionInfo collection = new Names(state).collection(c.database(), c.collection());
    FieldSchema field = collection.schema().field(c.field());
    String name = c.name().isEmpty() ? c.field() : c.name();
    Fields.name("index", name);
    Map<String, String> params = new HashMap<>(c.params());
    String given = c.type().isEmpty() ? params.getOrDefault("index_type", "AUTOINDEX") : c.type();
    String type = given.toUpperCase(Locale.ROOT);
    params.put("index_type", type);
    if (!field.type().isVector()) {
      if (!SCALAR.contains(type)) {
        throw invalid("invalid index type " + given + " for field " + c.field());
      }
    } else {
      if (SCALAR.contains(type) && !VectorIndexTypes.names().contains(type)) {
        throw invalid("invalid index type " + given + " for vector field " + c.field());
      }
      VectorIndexTypes.of(type).check(params, field.dimension());
      params.put("metric_type", Metric.of(params.getOrDefault("metric_type", "COSINE")).name());
    }
    for (IndexInfo held : state.indexes(collection.id())) {
      boolean sameName = held.name().equals(name);
      boolean sameField = held.fieldId() == field.id();
      if (sameName && sameField && held.params().equals(params)) {
        return new Changes();
      }
      if (sameField || sameName) {
        throw invalid(
            "CreateIndex failed: at most one distinct index is allowed per field: "
                + held.name()
                + " exists; drop it first");
      }
    }
    return put(new IndexInfo(tick, collection.id(), field.id(), name, type, params, tick));
  }

  Changes drop(DropIndex c) {
    CollectionInfo collection = new Names(state).collection(c.database(), c.collection());
    for (IndexInfo held : state.indexes(collection.id())) {
      if (held.name().equals(c.name())) {
        if (state.load(collection.id()).isPresent()
            && collection.schema().field(held.fieldId()).type().isVector()) {
          throw invalid(
              "vector index cannot be dropped on loaded collection: "
                  + collection.name()
                  + "; release it first");
        }
        return new Changes().remove(CatalogState.indexKey(held));
      }
    }
    return new Changes();
  }

  Changes alter(AlterIndex c) {
    CollectionInfo collection = new Names(state).collection(c.database(), c.collection());
    IndexInfo held =
        state.indexes(collection.id()).stream()
            .filter(i -> i.name().equals(c.name()))
            .findFirst()
            .orElseThrow(
                () ->
                    PandionException.notFound(
                        Subject.INDEX, "index not found[indexName=" + c.name() + "]"));
    for (String key : c.set().keySet()) {
      if (!key.equals("mmap.enabled")) {
        throw invalid(key + " is not a configable index property");
      }
    }
    return put(
        new IndexInfo(
            held.id(),
            held.collectionId(),
            held.fieldId(),
            held.name(),
            held.type(),
            CatalogRules.merged(held.params(), c.set(), c.remove()),
            held.createTick()));
  }

  private static Changes put(IndexInfo index) {
    return new Changes().put(CatalogState.indexKey(index), index);
  }
}
