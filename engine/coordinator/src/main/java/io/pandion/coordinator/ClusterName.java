package io.pandion.coordinator;

import io.pandion.meta.MetaEntry;
import io.pandion.meta.MetaStore;
import io.pandion.meta.MetaTransaction;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.model.PandionException.Subject;
import io.pandion.storage.ObjectStore;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which cluster a bucket and a meta store belong to: `cluster.json` in the bucket, the key
/// `cluster` in the meta store. Both carry one id, so that neither is ever used with a stranger.
///
/// @param cluster random id, given once
/// @param format version of the layout of the bucket
record ClusterName(String cluster, int format) {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterName.class);
  private static final int FORMAT = 1;
  private static final String OBJECT = "cluster.json";
  private static final String KEY = "cluster";

  /// Names both at their first start. A meta store that knows nothing, or less than the bucket, is
  /// filled from the bucket.
  ///
  /// @throws PandionException INVALID_REQUEST when the two belong to different clusters, when a
  ///   bucket with data lacks what tells whose they are, or when a newer Pandion wrote it;
  ///   CORRUPT_DATA
  static void agree(MetaStore meta, ObjectStore bucket, Supplier<UUID> ids) {
    Optional<ClusterName> known =
        meta.get(KEY).map(MetaEntry::value).map(v -> Json.read(KEY, v, ClusterName.class));
    Optional<ClusterName> there = inBucket(bucket);
    if (known.isPresent() && there.isEmpty()) {
      throw mismatch(
          "the meta store belongs to cluster "
              + known.get().cluster
              + ", but the bucket is not that cluster's: it has no "
              + OBJECT);
    }
    if (known.isPresent() && !known.equals(there)) {
      throw mismatch(
          "the bucket belongs to cluster "
              + there.get().cluster
              + ", the meta store to cluster "
              + known.get().cluster);
    }
    boolean blank = known.isEmpty() && meta.get(Tenure.KEY).isEmpty();
    if (known.isEmpty() && !blank && there.isPresent()) {
      throw mismatch(
          "the bucket belongs to cluster "
              + there.get().cluster
              + ", but the meta store has a catalog of no cluster");
    }
    if (blank) {
      checkNothingIsForgotten(bucket, there.isPresent());
    }
    if (blank || known.isPresent()) {
      Snapshots.restore(meta, bucket)
          .ifPresent(
              s -> LOG.warn("the meta store knew less than the bucket: restored from {}", s));
    }
    if (known.isEmpty()) {
      ClusterName name = there.orElseGet(() -> write(bucket, ids.get()));
      meta.commit(new MetaTransaction().ifAbsent(KEY).put(KEY, Json.write(name)));
    }
  }

  /// A bucket with data is not taken for a new one.
  private static void checkNothingIsForgotten(ObjectStore bucket, boolean named) {
    boolean catalog = !bucket.list(Snapshots.PREFIX).isEmpty();
    if (!named && (catalog || !bucket.list(Garbage.ROOT).isEmpty())) {
      throw mismatch("the bucket has data but no " + OBJECT + " that tells whose they are");
    }
    if (named && !catalog && !bucket.list(Garbage.ROOT).isEmpty()) {
      throw mismatch(
          "the bucket has segments but no copy of the catalog in "
              + Snapshots.PREFIX
              + ", and the meta store is empty");
    }
  }

  private static Optional<ClusterName> inBucket(ObjectStore bucket) {
    if (!bucket.exists(OBJECT)) {
      return Optional.empty();
    }
    ClusterName name = Json.read(OBJECT, bucket.readAll(OBJECT), ClusterName.class);
    if (name.format != FORMAT) {
      throw mismatch(
          "the bucket has format " + name.format + "; this version of Pandion knows " + FORMAT);
    }
    return Optional.of(name);
  }

  /// Another server may be the first.
  private static ClusterName write(ObjectStore bucket, UUID id) {
    bucket.putIfAbsent(OBJECT, Json.write(new ClusterName(id.toString(), FORMAT)));
    return inBucket(bucket).orElseThrow();
  }

  private static PandionException mismatch(String message) {
    return new PandionException(
        Reason.INVALID_REQUEST,
        Subject.NONE,
        message + "; check the settings storage.root and meta.directory");
  }
}
