package io.pandion.coordinator;

import com.fasterxml.jackson.databind.JsonNode;
import io.pandion.meta.MetaStore;
import io.pandion.meta.MetaTransaction;
import io.pandion.model.PandionException;
import io.pandion.storage.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/// Copies, in the bucket, of all that the ledger knows: `catalog/{tick:020}.json`. With the newest
/// one and the log, a lost meta store is made again: the log keeps everything behind the
/// checkpoints of that copy, because it is cut only after a copy with higher ones is written, and
/// no file is removed that it names. Threads: any number; callers that wait share one copy.
final class Snapshots {
  private static final String PREFIX = "catalog/";
  private static final int FORMAT = 1;
  private static final int KEPT = 3;
  private static final int CHUNK = 100;

  /// Terms may have been raised after the copy was made.
  private static final long TERM_STEP = 1_000_000;

  private final Ledger ledger;
  private final TickOracle ticks;
  private final ObjectStore bucket;
  private final ReentrantLock lock = new ReentrantLock(true);
  private volatile long saved = -1;

  Snapshots(Ledger ledger, TickOracle ticks, ObjectStore bucket) {
    this.ledger = ledger;
    this.ticks = ticks;
    this.bucket = bucket;
  }

  /// All that was committed before the call is in the bucket when it returns. Free when nothing
  /// changed.
  void save() {
    long wanted = ledger.commits();
    if (saved >= wanted) {
      return;
    }
    lock.lock();
    try {
      if (saved < wanted) {
        Ledger.Copied copy = ledger.copy();
        long tick = ticks.next();
        bucket.putIfAbsent(name(tick), encode(tick, copy.entries()));
        saved = copy.commits();
        List<String> all = bucket.list(PREFIX);
        all.subList(0, Math.max(0, all.size() - KEPT)).forEach(bucket::delete);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Fills a meta store that knows nothing from the newest copy. Repeatable.
  ///
  /// @return the name of the copy; empty when the bucket has none
  /// @throws PandionException CORRUPT_DATA
  static Optional<String> restore(MetaStore meta, ObjectStore bucket) {
    List<String> all = bucket.list(PREFIX);
    if (all.isEmpty()) {
      return Optional.empty();
    }
    String name = all.getLast();
    Map<String, byte[]> entries = decode(name, bucket.readAll(name));
    Iterator<Map.Entry<String, byte[]>> each = entries.entrySet().iterator();
    while (each.hasNext()) {
      MetaTransaction chunk = new MetaTransaction();
      for (int i = 0; i < CHUNK && each.hasNext(); i++) {
        Map.Entry<String, byte[]> e = each.next();
        chunk.put(e.getKey(), e.getValue());
      }
      meta.commit(chunk);
    }
    return Optional.of(name);
  }

  private static String name(long tick) {
    return PREFIX + String.format(Locale.ROOT, "%020d", tick) + ".json";
  }

  /// One line a key.
  private static byte[] encode(long tick, Map<String, Object> entries) {
    List<String> lines = new ArrayList<>(entries.size());
    entries.forEach((key, value) -> lines.add(Json.text(key) + ":" + Json.text(value)));
    String file =
        "{\"format\":%d,\"tick\":%d,\"entries\":{\n%s\n}}\n"
            .formatted(FORMAT, tick, String.join(",\n", lines));
    return file.getBytes(StandardCharsets.UTF_8);
  }

  private static Map<String, byte[]> decode(String name, byte[] bytes) {
    JsonNode file = Json.read(name, bytes, JsonNode.class);
    JsonNode entries = file.path("entries");
    if (file.path("format").asInt() != FORMAT
        || !entries.isObject()
        || !file.path("tick").isLong()) {
      throw PandionException.corrupt("object '" + name + "' is no copy of a catalog");
    }
    Map<String, byte[]> out = new TreeMap<>();
    entries
        .properties()
        .forEach(
            e -> {
              boolean term = e.getKey().startsWith(Ledger.CHANNEL);
              out.put(
                  e.getKey(), Json.write(term ? e.getValue().asLong() + TERM_STEP : e.getValue()));
            });
    out.put(TickOracle.KEY, Json.write(file.path("tick").asLong()));
    return out;
  }
}
