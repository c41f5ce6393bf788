package io.pandion.wal.objectstore.sim;

import io.pandion.meta.FileMetaStore;
import io.pandion.meta.MetaEntry;
import io.pandion.storage.MemoryObjectStore;
import io.pandion.wal.objectstore.ObjectWalSettings.Commit;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The bucket, and how it comes that an object is there: when it is created; or, where the meta
/// store names the objects and the bucket overwrites, when it gets its name.
final class SimBucket {
  private static final String NAMES = "objectwal/object/";
  private static final int KIND = 10;

  final MemoryObjectStore objects;
  private final FileMetaStore meta;
  private final History history;
  private final boolean named;

  SimBucket(FileMetaStore meta, History history, Commit commit) {
    this.meta = meta;
    this.history = history;
    this.named = commit == Commit.META;
    this.objects = named ? MemoryObjectStore.overwriting() : new MemoryObjectStore();
  }

  boolean create(String node, String object, byte[] bytes) {
    boolean overwrites =
        named && objects.exists(object) && !Arrays.equals(objects.readAll(object), bytes);
    boolean created = objects.putIfAbsent(object, bytes);
    if (overwrites) {
      history.add(new Happening.Overwritten(node, object));
    }
    if (created && !isAttempt(object)) {
      history.add(new Happening.Created(node, object, kind(bytes), bytes.length));
    }
    return created;
  }

  boolean delete(String node, String object) {
    if (!objects.exists(object)) {
      return false;
    }
    int kind = kind(objects.readAll(object));
    if (!isAttempt(object)) {
      history.add(new Happening.Deleted(node, object, kind));
    } else {
      String name = object.substring(0, object.indexOf('.'));
      if (object(name, meta.get(NAMES + name).orElse(null)).equals(object)) {
        history.add(new Happening.Deleted(node, name, kind));
      } else {
        history.add(new Happening.StrayDeleted(node, object));
      }
    }
    objects.delete(object);
    return true;
  }

  /// What an entry names; nothing when there is no entry.
  private static String object(String name, @org.jspecify.annotations.Nullable MetaEntry entry) {
    return entry == null ? "" : name + "." + new String(entry.value(), StandardCharsets.US_ASCII);
  }

  /// Whether a key of the meta store is a name's.
  static boolean isName(String key) {
    return key.startsWith(NAMES);
  }

  /// What is there below a key before it is written.
  String named(String key) {
    String object = object(key.substring(NAMES.length()), meta.get(key).orElse(null));
    return !object.isEmpty() && objects.exists(object) ? object : "";
  }

  /// A name's entry was written.
  ///
  /// @param before what was named and there
  void named(String node, String key, String attempt, String before) {
    String name = key.substring(NAMES.length());
    String object = name + "." + attempt;
    boolean there = objects.exists(object);
    if (!object.equals(before)) {
      history.add(new Happening.Named(node, name, object, there, before));
    }
    if (there) {
      byte[] bytes = objects.readAll(object);
      history.add(new Happening.Created(node, name, kind(bytes), bytes.length));
    }
  }

  private static boolean isAttempt(String object) {
    return object.indexOf('.') >= 0;
  }

  private static int kind(byte[] bytes) {
    return bytes.length > KIND ? bytes[KIND] : 0;
  }
}
