package io.pandion.coordinator;

import com.fasterxml.jackson.databind.JsonNode;
import io.pandion.meta.MetaStore;
import io.pandion.meta.MetaTransaction;
import io.pandion.model.PandionException;
import io.pandion.storage.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/// Copies, in the bucket, of all that the ledger knows: `catalog/{tick:020}.json`. With the newest
/// one and the log, a lost meta store is made again: the log keeps everything behind the
/// checkpoints of that copy, because it is cut only after a copy with higher ones is written, and
/// no file is removed that it names. Threads: any number; callers that wait share one copy.
final class Snapshots {
  static final String PREFIX = "catalog/";
  private static final int FORMAT = 1;
  private static final int KEPT = 3;
  private static final int CHUNK = 100;
  private static final Pattern ID = Pattern.compile("[0-9]{1,18}");
  private static final String CHECKSUM = ",\"crc32c\":";
  private static final String END = "}\n";

  /// Terms may have been raised after the copy was made.
  private static final long TERM_STEP = 1_000_000;

  private final Ledger ledger;
  private final TickOracle ticks;
  private final ObjectStore bucket;
  private final ReentrantLock lock = new ReentrantLock(true);

  /// Names of the copies in the bucket, oldest first; known after the first save. Under the lock.
  private final Deque<String> kept = new ArrayDeque<>();

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
        if (kept.isEmpty()) {
          kept.addAll(bucket.list(PREFIX));
        }
        bucket.putIfAbsent(name(tick), encode(tick, copy.revision(), copy.entries()));
        saved = copy.commits();
        kept.add(name(tick));
        while (kept.size() > KEPT) {
          bucket.delete(kept.removeFirst());
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /// Makes a meta store that knows less than the newest copy know what that copy says. Repeatable;
  /// nothing is written when the copy is damaged.
  ///
  /// @return the name of the copy; empty when there is none, or it says nothing new
  /// @throws PandionException CORRUPT_DATA naming the copy
  static Optional<String> restore(MetaStore meta, ObjectStore bucket) {
    List<String> all = bucket.list(PREFIX);
    if (all.isEmpty()) {
      return Optional.empty();
    }
    String name = all.getLast();
    byte[] bytes = bucket.readAll(name);
    JsonNode file = checked(name, bytes);
    if (meta.revision() >= file.path("revision").asLong()) {
      return Optional.empty();
    }
    Map<String, Optional<byte[]>> changes = new TreeMap<>();
    for (String prefix : Ledger.prefixes()) {
      meta.list(prefix).forEach(e -> changes.put(e.key(), Optional.empty()));
    }
    decode(file, meta, ids(bucket)).forEach((key, value) -> changes.put(key, Optional.of(value)));
    Iterator<Map.Entry<String, Optional<byte[]>>> each = changes.entrySet().iterator();
    while (each.hasNext()) {
      MetaTransaction chunk = new MetaTransaction();
      for (int i = 0; i < CHUNK && each.hasNext(); i++) {
        Map.Entry<String, Optional<byte[]>> e = each.next();
        e.getValue().ifPresentOrElse(v -> chunk.put(e.getKey(), v), () -> chunk.delete(e.getKey()));
      }
      meta.commit(chunk);
    }
    return Optional.of(name);
  }

  private static String name(long tick) {
    return PREFIX + String.format(Locale.ROOT, "%020d", tick) + ".json";
  }

  /// One line a key; the checksum is that of all bytes before it.
  private static byte[] encode(long tick, long revision, Map<String, Object> entries) {
    List<String> lines = new ArrayList<>(entries.size());
    entries.forEach((key, value) -> lines.add(Json.text(key) + ":" + Json.text(value)));
    String body =
        "{\"format\":%d,\"tick\":%d,\"revision\":%d,\"entries\":{\n%s\n}"
            .formatted(FORMAT, tick, revision, String.join(",\n", lines));
    return (body + CHECKSUM + crc(body) + END).getBytes(StandardCharsets.UTF_8);
  }

  private static long crc(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return crc.getValue();
  }

  private static JsonNode checked(String name, byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    int end = text.lastIndexOf(CHECKSUM);
    if (end < 0 || !text.substring(end).equals(CHECKSUM + crc(text.substring(0, end)) + END)) {
      throw damaged(name, "its checksum is missing or wrong");
    }
    JsonNode file = Json.read(name, bytes, JsonNode.class);
    if (file.path("format").asInt() != FORMAT) {
      throw damaged(name, "its format is " + file.path("format"));
    }
    return file;
  }

  private static PandionException damaged(String name, String why) {
    return PandionException.corrupt(
        "the copy of the catalog '" + name + "', the newest of the bucket, is damaged: " + why);
  }

  /// The highest id that a segment's files carry. Ids are ticks, and many may have been given since
  /// the copy was made: each start goes on one window above the last, and so runs ahead of the wall
  /// clock for a while. What the logs have is learnt when they open.
  private static long ids(ObjectStore bucket) {
    return bucket.list(Garbage.ROOT).stream()
        .flatMap(name -> Arrays.stream(name.split("/", -1)))
        .filter(part -> ID.matcher(part).matches())
        .mapToLong(Long::parseLong)
        .max()
        .orElse(0);
  }

  private static Map<String, byte[]> decode(JsonNode file, MetaStore meta, long ids) {
    Map<String, byte[]> out = new TreeMap<>();
    file.path("entries")
        .properties()
        .forEach(
            e -> {
              boolean term = e.getKey().startsWith(Ledger.CHANNEL);
              out.put(e.getKey(), term ? raised(e, meta) : Json.write(e.getValue()));
            });
    out.put(TickOracle.KEY, Json.write(Math.max(file.path("tick").asLong(), ids) + 1));
    return out;
  }

  /// A term that no owner of the channel has had.
  private static byte[] raised(Map.Entry<String, JsonNode> copied, MetaStore meta) {
    String key = copied.getKey();
    long known = meta.get(key).map(e -> Json.read(key, e.value(), Long.class)).orElse(0L);
    return Json.write(Math.max(known, copied.getValue().asLong() + TERM_STEP));
  }
}
