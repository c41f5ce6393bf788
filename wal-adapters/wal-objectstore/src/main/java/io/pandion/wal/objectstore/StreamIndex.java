package io.pandion.wal.objectstore;

import io.pandion.model.PandionException;
import io.pandion.storage.ObjectStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/// What is known of the slots of one stream: filled by its writer, or from the store when another
/// wrote it. Any number of threads.
final class StreamIndex {
  /// Objects up to this size are read whole: other channels want the rest of them.
  private static final int WHOLE = 256 << 10;

  private final StreamId stream;
  private final ObjectStore store;
  private final ObjectCache cache;
  private final ExecutorService io;
  private final RollUps rollUps;
  private final NavigableMap<Long, Slot> slots = new ConcurrentSkipListMap<>();

  /// Whether a roll-up is on its way.
  private final AtomicBoolean summing = new AtomicBoolean();

  /// First slots of the groups whose roll-up was looked for.
  private final Set<Long> learned = ConcurrentHashMap.newKeySet();

  StreamIndex(
      StreamId stream, ObjectStore store, ObjectCache cache, ExecutorService io, RollUps rollUps) {
    this.stream = stream;
    this.store = store;
    this.cache = cache;
    this.io = io;
    this.rollUps = rollUps;
  }

  StreamId stream() {
    return stream;
  }

  void add(Slot slot) {
    slots.put(slot.number(), slot);
  }

  /// Nothing below is needed any more.
  void forgetBelow(long slot) {
    slots.headMap(slot).clear();
  }

  /// Sums up, in the background, the groups that have become whole. A group of which nothing is
  /// needed any more is left out; so is one that comes while another is on its way.
  ///
  /// @param before behind the slots that were acknowledged the last time
  /// @param below behind those that are acknowledged now
  void sumUp(long before, long below) {
    for (long end : rollUps.ends(before, below)) {
      List<Slot> group = known(end - rollUps.slots(), end);
      boolean dense = !group.isEmpty() && group.getFirst().number() + group.size() == end;
      if (dense && summing.compareAndSet(false, true)) {
        sumUp(stream.rollUp(end - rollUps.slots()), group);
      }
    }
  }

  private void sumUp(String name, List<Slot> group) {
    try {
      io.execute(
          () -> {
            try {
              boolean _ = store.putIfAbsent(name, RollUp.encode(group));
            } catch (PandionException e) {
              // It is not missed: the slots are looked at one by one.
              return;
            } finally {
              summing.set(false);
            }
          });
    } catch (RejectedExecutionException e) {
      summing.set(false); // the provider was closed meanwhile
    }
  }

  /// Learns the slots around one from their roll-up, if there is one; the others are found by
  /// looking at each.
  void learn(long slot) {
    long first = rollUps.first(slot);
    if (slots.containsKey(slot) || !learned.add(first)) {
      return;
    }
    String name = stream.rollUp(first);
    try {
      for (Slot one : RollUp.parse(name, stream, store.readAll(name))) {
        slots.putIfAbsent(one.number(), one);
      }
    } catch (PandionException e) {
      if (e.reason() != PandionException.Reason.NOT_FOUND
          && e.reason() != PandionException.Reason.CORRUPT_DATA) {
        learned.remove(first);
        throw e;
      }
    }
  }

  /// Slots that are known, in order, of `[from, to)`.
  List<Slot> known(long from, long to) {
    return from >= to ? List.of() : List.copyOf(slots.subMap(from, to).values());
  }

  /// The slots `[from, to)`, which must be there, read together when they are not known.
  ///
  /// @throws PandionException CORRUPT_DATA when one is missing, damaged, or does not follow the one
  ///   before
  List<Slot> load(long from, long to) {
    List<Optional<Slot>> found = look(from, to);
    List<Slot> out = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      long number = from + i;
      Slot slot =
          found
              .get(i)
              .orElseThrow(
                  () ->
                      PandionException.corrupt(
                          "log object '"
                              + stream.object(number)
                              + "' is missing: restore it from a copy of the bucket"));
      if (!slot.data()) {
        throw PandionException.corrupt(
            "log object '" + stream.object(number) + "' ends its stream before what is known");
      }
      out.add(slot);
    }
    return out;
  }

  /// The slots `[from, to)`, read together when they are not known; empty where there is none yet.
  List<Optional<Slot>> look(long from, long to) {
    List<Future<Optional<Slot>>> reading = new ArrayList<>();
    List<Optional<Slot>> out = new ArrayList<>();
    try {
      for (long number = from; number < to; number++) {
        long at = number;
        reading.add(io.submit(() -> look(at)));
      }
      for (Future<Optional<Slot>> one : reading) {
        out.add(one.get());
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof PandionException p
          ? new PandionException(p.reason(), p.subject(), String.valueOf(p.getMessage()), p)
          : new IllegalStateException(e.getCause());
    } catch (RejectedExecutionException e) {
      throw PandionException.unavailable("closed while stream " + stream + " was read");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw PandionException.unavailable("interrupted while stream " + stream + " was read");
    }
    for (int i = 0; i < out.size(); i++) {
      check(out.get(i).orElse(null), slots.get(from + i - 1));
    }
    return out;
  }

  private Optional<Slot> look(long number) {
    Slot known = slots.get(number);
    if (known != null) {
      return Optional.of(known);
    }
    String name = stream.object(number);
    byte[] bytes;
    try {
      bytes = store.readAll(name);
    } catch (PandionException e) {
      if (e.reason() == PandionException.Reason.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
    Slot slot = Slot.parse(name, stream, number, bytes);
    cache.put(name, bytes);
    slots.put(number, slot);
    return Optional.of(slot);
  }

  private static void check(
      @org.jspecify.annotations.Nullable Slot slot,
      @org.jspecify.annotations.Nullable Slot before) {
    if (slot == null || before == null || !slot.data() || !before.data()) {
      return;
    }
    if (slot.previous() != before.checksum() || slot.writer() != before.writer()) {
      throw PandionException.corrupt(
          "log object '"
              + slot.stream().object(slot.number())
              + "' does not follow the one before it: they are of different writers");
    }
  }

  /// The records of a part.
  ///
  /// @throws PandionException CORRUPT_DATA when the object is gone, shorter, or another
  byte[] read(long slot, Part part) {
    String name = stream.object(slot);
    byte[] bytes = cache.get(name);
    Slot known = slots.get(slot);
    try {
      if (bytes == null && known != null && known.length() <= WHOLE) {
        bytes = store.readAll(name);
        if (Slot.parse(name, stream, slot, bytes).checksum() != known.checksum()) {
          throw PandionException.corrupt("log object '" + name + "' is not the one it was");
        }
        cache.put(name, bytes);
      }
      return bytes == null
          ? store.read(name, part.offset(), part.length())
          : Arrays.copyOfRange(bytes, part.offset(), part.offset() + part.length());
    } catch (PandionException e) {
      if (e.reason() == PandionException.Reason.NOT_FOUND) {
        throw PandionException.corrupt(
            "log object '" + name + "' is missing: restore it from a copy of the bucket");
      }
      throw e;
    }
  }
}
