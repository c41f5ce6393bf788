package io.pandion.coordinator;

import io.pandion.model.CollectionSchema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A change that shards must hear of, durable before the first of them does; finished by whoever is
/// active after a crash.
record Intent(
    long id,
    Kind kind,
    long collectionId,
    long partitionId,
    List<String> vchannels,
    @Nullable CollectionSchema schema) {
  enum Kind {
    DROP_COLLECTION,
    DROP_PARTITION,
    TRUNCATE,
    ALTER_SCHEMA
  }

  Intent {
    vchannels = List.copyOf(vchannels);
  }

  String key() {
    return "intent/" + id;
  }
}
