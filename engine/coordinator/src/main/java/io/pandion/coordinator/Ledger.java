package io.pandion.coordinator;

import io.pandion.meta.AliasInfo;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.DatabaseInfo;
import io.pandion.meta.IndexInfo;
import io.pandion.meta.LoadInfo;
import io.pandion.meta.MetaEntry;
import io.pandion.meta.PartitionInfo;
import io.pandion.meta.SegmentInfo;
import io.pandion.model.PandionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// All that the coordinator knows durably: catalog, segments, checkpoints, terms, intents. Readers
/// need no lock; a writer holds the monitor of the ledger from its decision to its commit.
final class Ledger {
  static final String CHANNEL = "channel/";
  private static final String LOG = "log/";
  private static final Map<String, Class<?>> CATALOG =
      Map.of(
          "database/", DatabaseInfo.class,
          "collection/", CollectionInfo.class,
          "partition/", PartitionInfo.class,
          "alias/", AliasInfo.class,
          "index/", IndexInfo.class,
          "load/", LoadInfo.class);
  private final Tenure tenure;
  private final Map<Long, SegmentInfo> segments = new ConcurrentHashMap<>();
  private final Map<String, Checkpoint> checkpoints = new ConcurrentHashMap<>();
  private final Map<String, Long> terms = new ConcurrentHashMap<>();
  private final Map<String, LogChain> logs = new ConcurrentHashMap<>();
  private final Map<String, Long> truncations = new ConcurrentHashMap<>();
  private final Map<Long, Intent> intents = new ConcurrentHashMap<>();
  private volatile CatalogState catalog;
  private volatile long commits;

  Ledger(Tenure tenure) {
    this.tenure = tenure;
    SortedMap<String, Object> objects = new TreeMap<>();
    CATALOG.forEach(
        (prefix, type) -> {
          for (MetaEntry e : tenure.list(prefix)) {
            Object value = Json.read(e.key(), e.value(), type);
            objects.put(e.key(), value instanceof CollectionInfo c ? Json.collection(c) : value);
          }
        });
    catalog = new CatalogState(1, objects);
    for (MetaEntry e : tenure.list("segment/")) {
      SegmentInfo s = Json.read(e.key(), e.value(), SegmentInfo.class);
      segments.put(s.id(), s);
    }
    for (MetaEntry e : tenure.list("checkpoint/")) {
      remember(e.key(), Optional.of(Json.read(e.key(), e.value(), Checkpoint.class)));
    }
    for (MetaEntry e : tenure.list(CHANNEL)) {
      remember(e.key(), Optional.of(Json.read(e.key(), e.value(), Long.class)));
    }
    for (MetaEntry e : tenure.list(LOG)) {
      remember(e.key(), Optional.of(Json.read(e.key(), e.value(), LogChain.class)));
    }
    for (MetaEntry e : tenure.list("truncation/")) {
      remember(e.key(), Optional.of(Json.read(e.key(), e.value(), Long.class)));
    }
    for (MetaEntry e : tenure.list("intent/")) {
      remember(e.key(), Optional.of(Json.read(e.key(), e.value(), Intent.class)));
    }
  }

  static String segmentKey(SegmentInfo s) {
    return "segment/" + s.collectionId() + "/" + s.id();
  }

  static String checkpointKey(String vchannel) {
    return "checkpoint/" + vchannel;
  }

  static String truncationKey(String vchannel) {
    return "truncation/" + vchannel;
  }

  static String channelKey(String pchannel) {
    return CHANNEL + pchannel;
  }

  static String logKey(String pchannel) {
    return LOG + pchannel;
  }

  /// Catalog and segments at one moment.
  record View(
      CatalogState catalog, Map<Long, SegmentInfo> segments, Map<String, Checkpoint> shards) {}

  synchronized View view() {
    return new View(catalog, Map.copyOf(segments), Map.copyOf(checkpoints));
  }

  /// All entries at one moment, by key.
  ///
  /// @param revision of the meta store, which holds at least these
  record Copied(long commits, long revision, SortedMap<String, Object> entries) {}

  synchronized Copied copy() {
    SortedMap<String, Object> all = new TreeMap<>(catalog.all());
    segments.values().forEach(s -> all.put(segmentKey(s), s));
    checkpoints.forEach((name, checkpoint) -> all.put(checkpointKey(name), checkpoint));
    terms.forEach((name, term) -> all.put(channelKey(name), term));
    logs.forEach((name, chain) -> all.put(logKey(name), chain));
    truncations.forEach((name, tick) -> all.put(truncationKey(name), tick));
    intents.values().forEach(intent -> all.put(intent.key(), intent));
    return new Copied(commits, tenure.revision(), all);
  }

  /// What keys start with.
  static List<String> prefixes() {
    List<String> all = new ArrayList<>(CATALOG.keySet());
    all.addAll(List.of("segment/", "checkpoint/", CHANNEL, LOG, "truncation/", "intent/"));
    return all;
  }

  /// How many commits there were.
  long commits() {
    return commits;
  }

  CatalogState catalog() {
    return catalog;
  }

  List<SegmentInfo> segments() {
    return List.copyOf(segments.values());
  }

  Optional<SegmentInfo> segment(long id) {
    return Optional.ofNullable(segments.get(id));
  }

  List<SegmentInfo> live(long collectionId) {
    return segments.values().stream()
        .filter(s -> s.live() && s.collectionId() == collectionId)
        .sorted(java.util.Comparator.comparingLong(SegmentInfo::id))
        .toList();
  }

  Checkpoint checkpoint(String vchannel) {
    return checkpoints.getOrDefault(vchannel, new Checkpoint(-1, 0));
  }

  long term(String pchannel) {
    return terms.getOrDefault(pchannel, 0L);
  }

  /// Where a channel's messages lie.
  LogChain log(String pchannel) {
    LogChain chain = logs.get(pchannel);
    if (chain == null) {
      throw PandionException.notFound(
          PandionException.Subject.CHANNEL, "channel '" + pchannel + "' was never open");
    }
    return chain;
  }

  boolean hasLog(String pchannel) {
    return logs.containsKey(pchannel);
  }

  /// Rows of the shard below this tick are gone.
  long truncation(String vchannel) {
    return truncations.getOrDefault(vchannel, 0L);
  }

  List<Intent> intents() {
    return List.copyOf(intents.values());
  }

  /// Durable when it returns. The caller holds the monitor.
  synchronized void commit(Changes changes) {
    if (changes.byKey.isEmpty()) {
      return;
    }
    tenure.commit(changes.transaction());
    Map<String, Optional<Object>> named = new TreeMap<>();
    changes.byKey.forEach(
        (key, value) -> {
          if (CATALOG.containsKey(key.substring(0, key.indexOf('/') + 1))) {
            named.put(key, value);
          } else {
            remember(key, value);
          }
        });
    if (!named.isEmpty()) {
      catalog = catalog.with(named);
    }
    commits = commits + 1;
  }

  private void remember(String key, Optional<Object> value) {
    String name = key.substring(key.indexOf('/') + 1);
    if (key.startsWith("segment/")) {
      long id = Long.parseLong(name.substring(name.indexOf('/') + 1));
      value.ifPresentOrElse(v -> segments.put(id, (SegmentInfo) v), () -> segments.remove(id));
    } else if (key.startsWith("checkpoint/")) {
      value.ifPresentOrElse(
          v -> checkpoints.put(name, (Checkpoint) v), () -> checkpoints.remove(name));
    } else if (key.startsWith(CHANNEL)) {
      value.ifPresentOrElse(v -> terms.put(name, (Long) v), () -> terms.remove(name));
    } else if (key.startsWith(LOG)) {
      value.ifPresentOrElse(v -> logs.put(name, (LogChain) v), () -> logs.remove(name));
    } else if (key.startsWith("truncation/")) {
      value.ifPresentOrElse(v -> truncations.put(name, (Long) v), () -> truncations.remove(name));
    } else {
      long id = Long.parseLong(name);
      value.ifPresentOrElse(v -> intents.put(id, (Intent) v), () -> intents.remove(id));
    }
  }
}
