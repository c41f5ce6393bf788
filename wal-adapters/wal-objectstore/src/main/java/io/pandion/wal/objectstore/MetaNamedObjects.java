package io.pandion.wal.objectstore;

import io.pandion.meta.MetaEntry;
import io.pandion.meta.MetaStore;
import io.pandion.meta.MetaTransaction;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.model.PandionException.Subject;
import io.pandion.storage.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// Objects that are created once only, in a bucket that does not promise that. Each attempt writes
/// an object under a name of its own, `{name}.{writer}.{attempt}`, then makes an entry of the meta
/// store, `objectwal/object/{name}`, if there is none; that entry's value, `{writer}.{attempt}`,
/// says which attempt's object it is.
///
/// An object is there when its entry is and what the entry names is: so creates have one winner, a
/// late `PUT` of whoever died or lost is never seen, and one of the winner writes the bytes that
/// are there. What was named is deleted object first, so that an entry can be left that names
/// nothing: its name is free, and the next create changes the entry, guarded by its revision. Only
/// where slots were collected is that so; elsewhere the object was lost, and CORRUPT_DATA says so.
///
/// Cost: a commit of the meta store for each create and each delete, a get of it for each read.
/// What attempts leave that did not win is removed when somebody is known to have won; what is left
/// of those that died, [Strays] collects. Any number of threads.
class MetaNamedObjects implements ObjectStore {
  static final String NAMES = "objectwal/object/";

  private final ObjectStore bucket;
  private final MetaStore meta;
  private final long writer;
  private final Predicate<String> collected;
  private final AtomicLong attempts = new AtomicLong();

  /// Attempts of which nobody knows what became, by name.
  private final Map<String, Set<String>> unsettled = new ConcurrentHashMap<>();

  /// @param bucket is closed with this
  /// @param writer number of this incarnation, which no other has
  /// @param collected whether what had a name may be gone
  MetaNamedObjects(ObjectStore bucket, MetaStore meta, long writer, Predicate<String> collected) {
    this.bucket = bucket;
    this.meta = meta;
    this.writer = writer;
    this.collected = collected;
  }

  @Override
  public boolean putIfAbsent(String name, byte[] bytes) {
    return create(
        name,
        object -> {
          // Whether the bucket looks at the condition or not: nobody else writes under this name.
          boolean _ = bucket.putIfAbsent(object, bytes);
        });
  }

  @Override
  public void putFile(String name, Path file) {
    if (!create(name, object -> bucket.putFile(object, file))) {
      throw PandionException.exists(Subject.NONE, "object '" + name + "' exists already");
    }
  }

  private boolean create(String name, Consumer<String> write) {
    check(name);
    if (unsettled.containsKey(name)) {
      // An earlier attempt may have won: then nothing is sent again.
      Optional<String> held = meta.get(key(name)).map(MetaNamedObjects::attempt);
      if (held.isPresent() && isThere(name, held.get())) {
        settle(name, held.get());
        return false;
      }
    }
    String mine = "%016x.%x".formatted(writer, attempts.incrementAndGet());
    String winner;
    try {
      winner = write(name, mine, write);
    } catch (RuntimeException e) {
      unsettled.computeIfAbsent(name, _ -> ConcurrentHashMap.newKeySet()).add(mine);
      throw e;
    }
    settle(name, winner);
    if (!winner.equals(mine)) {
      forget(object(name, mine));
    }
    return winner.equals(mine);
  }

  /// The object first, its name when it is there: who reads the name finds it.
  ///
  /// @return the attempt whose object it is
  String write(String name, String attempt, Consumer<String> write) {
    put(object(name, attempt), write);
    return claim(name, attempt);
  }

  static void put(String object, Consumer<String> write) {
    try {
      write.accept(object);
    } catch (PandionException e) {
      if (e.reason() != Reason.OUTCOME_UNKNOWN) {
        throw e;
      }
      // Whether it is there or comes late: nothing names it, and nothing will.
      throw new PandionException(
          Reason.UNAVAILABLE_RETRY, e.subject(), String.valueOf(e.getMessage()), e);
    }
  }

  private String claim(String name, String attempt) {
    Optional<MetaEntry> free = Optional.empty();
    while (!name(name, free, attempt)) {
      free = meta.get(key(name));
      if (free.isPresent() && isThere(name, attempt(free.get()))) {
        return attempt(free.get());
      }
    }
    return attempt;
  }

  /// Makes an attempt's object the one of its name.
  ///
  /// @param free the entry that names nothing, if there is one
  /// @return false when the entry is another by now
  boolean name(String name, Optional<MetaEntry> free, String attempt) {
    String key = key(name);
    MetaTransaction transaction = new MetaTransaction();
    free.ifPresentOrElse(
        entry -> transaction.ifRevision(key, entry.revision()), () -> transaction.ifAbsent(key));
    return meta.commit(transaction.put(key, attempt.getBytes(StandardCharsets.US_ASCII)));
  }

  private boolean isThere(String name, String attempt) {
    String object = object(name, attempt);
    if (bucket.exists(object)) {
      return true;
    }
    if (!collected.test(name)) {
      throw PandionException.corrupt(
          "log object '" + object + "' is missing: restore it from a copy of the bucket");
    }
    return false;
  }

  /// Who won is known: no other attempt can any more, unless what won was collected.
  private void settle(String name, String winner) {
    Set<String> others = unsettled.remove(name);
    if (others != null) {
      others.stream()
          .filter(attempt -> !attempt.equals(winner))
          .forEach(attempt -> forget(object(name, attempt)));
    }
  }

  /// Removes what nothing names, if that is possible now.
  private void forget(String object) {
    try {
      bucket.delete(object);
    } catch (PandionException e) {
      // It is collected with the stray objects of its stream.
      return;
    }
  }

  private static void check(String name) {
    for (String part : name.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        throw PandionException.invalid("'" + name + "' is not a name of an object");
      }
    }
  }

  static String key(String name) {
    return NAMES + name;
  }

  static String object(String name, String attempt) {
    return name + "." + attempt;
  }

  private static String attempt(MetaEntry entry) {
    return new String(entry.value(), StandardCharsets.US_ASCII);
  }

  /// What the entries below a prefix name.
  Map<String, String> attempts(String prefix) {
    Map<String, String> out = new HashMap<>();
    for (MetaEntry entry : meta.list(key(prefix))) {
      out.put(entry.key().substring(NAMES.length()), attempt(entry));
    }
    return out;
  }

  /// Whether an attempt's object is the one of its name.
  boolean names(String name, String attempt) {
    return meta.get(key(name)).filter(e -> attempt(e).equals(attempt)).isPresent();
  }

  /// Forgets attempts below a prefix of which nobody knows what became.
  void giveUp(String prefix) {
    unsettled.keySet().removeIf(name -> name.startsWith(prefix));
  }

  private String find(String name) {
    check(name);
    return meta.get(key(name))
        .map(entry -> object(name, attempt(entry)))
        .orElseThrow(
            () -> PandionException.notFound(Subject.NONE, "object '" + name + "' does not exist"));
  }

  @Override
  public byte[] read(String name, long offset, int length) {
    return bucket.read(find(name), offset, length);
  }

  @Override
  public byte[] readAll(String name) {
    return bucket.readAll(find(name));
  }

  @Override
  public Path localCopy(String name, Path directory) {
    return bucket.localCopy(find(name), directory);
  }

  @Override
  public long size(String name) {
    return bucket.size(find(name));
  }

  @Override
  public boolean exists(String name) {
    return meta.get(key(name)).map(e -> bucket.exists(object(name, attempt(e)))).orElse(false);
  }

  /// One read of the meta store: not for more than a stream's objects. A name may be among them
  /// whose object is being deleted.
  @Override
  public List<String> list(String prefix) {
    return meta.list(key(prefix)).stream()
        .map(entry -> entry.key().substring(NAMES.length()))
        .toList();
  }

  /// The object goes first: if its entry went first, nobody would find it to try again.
  @Override
  public void delete(String name) {
    check(name);
    Optional<MetaEntry> entry = meta.get(key(name));
    if (entry.isPresent()) {
      bucket.delete(object(name, attempt(entry.get())));
      boolean _ =
          meta.commit(
              new MetaTransaction()
                  .ifRevision(key(name), entry.get().revision())
                  .delete(key(name)));
    }
  }

  @Override
  public void close() {
    bucket.close();
  }
}
