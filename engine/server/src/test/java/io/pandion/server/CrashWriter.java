package io.pandion.server;

import com.google.gson.JsonObject;
import io.milvus.v2.client.MilvusClientV2;
import io.milvus.v2.service.vector.request.DeleteReq;
import io.milvus.v2.service.vector.request.InsertReq;
import io.milvus.v2.service.vector.request.UpsertReq;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Writes rows of its own keys and remembers what may be stored of each: one version after an
/// acknowledgement, several after an unknown outcome. One thread writes; the test reads when it has
/// ended.
///
/// A row is `(id, worker, version, vec)`, and `vec` follows from key and version, so that a torn
/// row shows.
final class CrashWriter {
  static final String COLLECTION = "crash";
  static final int DIMENSION = 8;
  static final long ABSENT = -1;

  private static final int KEYS = 2_000;

  private final int worker;
  private final Random random;
  private final TreeMap<Long, Set<Long>> possible = new TreeMap<>();
  private long version;
  private long acknowledged;
  private volatile long longestNanos;

  CrashWriter(int worker, long seed) {
    this.worker = worker;
    this.random = new Random(seed + worker);
  }

  /// Writes until the server dies.
  ///
  /// @param dying whether the server is being killed: only then may a write fail
  /// @return what went wrong although the server lived, or null
  @Nullable RuntimeException write(MilvusClientV2 client, BooleanSupplier dying) {
    while (!dying.getAsBoolean()) {
      try {
        long from = System.nanoTime();
        step(client);
        longestNanos = Math.max(longestNanos, System.nanoTime() - from);
      } catch (RuntimeException e) {
        return dying.getAsBoolean() ? null : e;
      }
    }
    return null;
  }

  /// How long the slowest write took that was acknowledged since this was asked last.
  long takeLongestNanos() {
    long longest = longestNanos;
    longestNanos = 0;
    return longest;
  }

  private void step(MilvusClientV2 client) {
    int count = 1 + random.nextInt(20);
    switch (random.nextInt(10)) {
      case 0, 1, 2, 3 -> insert(client, keys(count, true));
      case 4, 5, 6, 7 -> upsert(client, keys(count, false));
      default -> delete(client, keys(count, false));
    }
  }

  /// @param absent only keys that are certainly not stored: an insert does not look for its key
  private List<Long> keys(int count, boolean absent) {
    Set<Long> keys = new HashSet<>();
    for (int i = 0; i < count; i++) {
      long key = worker * 1_000_000L + random.nextInt(KEYS);
      if (!absent || versions(key).equals(Set.of(ABSENT))) {
        keys.add(key);
      }
    }
    return List.copyOf(keys);
  }

  private void insert(MilvusClientV2 client, List<Long> keys) {
    if (keys.isEmpty()) {
      return;
    }
    long stored = ++version;
    keys.forEach(key -> maybe(key, stored));
    client.insert(InsertReq.builder().collectionName(COLLECTION).data(rows(keys)).build());
    keys.forEach(key -> surely(key, stored));
  }

  private void upsert(MilvusClientV2 client, List<Long> keys) {
    long stored = ++version;
    keys.forEach(key -> maybe(key, stored));
    client.upsert(UpsertReq.builder().collectionName(COLLECTION).data(rows(keys)).build());
    keys.forEach(key -> surely(key, stored));
  }

  private void delete(MilvusClientV2 client, List<Long> keys) {
    keys.forEach(key -> maybe(key, ABSENT));
    client.delete(
        DeleteReq.builder().collectionName(COLLECTION).ids(List.<Object>copyOf(keys)).build());
    keys.forEach(key -> surely(key, ABSENT));
  }

  private List<JsonObject> rows(List<Long> keys) {
    List<JsonObject> rows = new ArrayList<>();
    for (long key : keys) {
      rows.add(
          EveryType.json(
              Map.of(
                  "id", key, "worker", worker, "version", version, "vec", vector(key, version))));
    }
    return rows;
  }

  static List<Float> vector(long key, long version) {
    return EveryType.vector(new Random(key * 31 + version), DIMENSION);
  }

  private void maybe(long key, long stored) {
    Set<Long> versions = new HashSet<>(versions(key));
    versions.add(stored);
    possible.put(key, versions);
  }

  private void surely(long key, long stored) {
    possible.put(key, Set.of(stored));
    acknowledged++;
  }

  private Set<Long> versions(long key) {
    return possible.getOrDefault(key, Set.of(ABSENT));
  }

  /// Keys that were ever written to.
  List<Long> touched() {
    return List.copyOf(possible.keySet());
  }

  int worker() {
    return worker;
  }

  long acknowledged() {
    return acknowledged;
  }

  /// A key whose row is certainly stored.
  @Nullable Long certain() {
    for (Map.Entry<Long, Set<Long>> entry : possible.entrySet()) {
      if (entry.getValue().size() == 1 && !entry.getValue().contains(ABSENT)) {
        return entry.getKey();
      }
    }
    return null;
  }

  /// Compares what was found with what may be, and takes it as known from now on.
  ///
  /// @param found version by key; a key that is not there was not found
  void settle(Map<Long, Long> found) {
    for (Map.Entry<Long, Set<Long>> entry : possible.entrySet()) {
      long there = found.getOrDefault(entry.getKey(), ABSENT);
      if (!entry.getValue().contains(there)) {
        throw new AssertionError(
            "key "
                + entry.getKey()
                + " is stored as version "
                + there
                + " ("
                + ABSENT
                + " = absent), but must be one of "
                + entry.getValue());
      }
      entry.setValue(Set.of(there));
    }
  }
}
