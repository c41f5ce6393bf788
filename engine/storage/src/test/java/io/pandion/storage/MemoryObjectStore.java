package io.pandion.storage;

import io.pandion.model.PandionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/// Objects in memory: the twin of the real stores, for tests. Any number of threads.
public final class MemoryObjectStore implements ObjectStore {
  private final ConcurrentNavigableMap<String, byte[]> objects = new ConcurrentSkipListMap<>();
  private final boolean overwrites;

  public MemoryObjectStore() {
    this(false);
  }

  private MemoryObjectStore(boolean overwrites) {
    this.overwrites = overwrites;
  }

  /// The twin of a server that does not look at the condition of a create: the object of a taken
  /// name is replaced, and each create says that it succeeded.
  public static MemoryObjectStore overwriting() {
    return new MemoryObjectStore(true);
  }

  @Override
  public boolean putIfAbsent(String name, byte[] bytes) {
    if (overwrites) {
      objects.put(checked(name), bytes.clone());
      return true;
    }
    return objects.putIfAbsent(checked(name), bytes.clone()) == null;
  }

  @Override
  public void putFile(String name, Path file) {
    try {
      if (!putIfAbsent(name, Files.readAllBytes(file))) {
        throw PandionException.exists(
            PandionException.Subject.NONE, "object '" + name + "' exists already");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public byte[] read(String name, long offset, int length) {
    byte[] bytes = find(name);
    if (offset + length > bytes.length) {
      throw PandionException.corrupt("object '" + name + "' ends before byte " + (offset + length));
    }
    return Arrays.copyOfRange(bytes, (int) offset, (int) offset + length);
  }

  @Override
  public byte[] readAll(String name) {
    return find(name).clone();
  }

  @Override
  public Path localCopy(String name, Path directory) {
    try {
      return Files.write(Files.createTempFile(directory, "object", ""), find(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public long size(String name) {
    return find(name).length;
  }

  @Override
  public boolean exists(String name) {
    return objects.containsKey(checked(name));
  }

  @Override
  public List<String> list(String prefix) {
    return objects.tailMap(prefix).keySet().stream()
        .takeWhile(name -> name.startsWith(prefix))
        .toList();
  }

  @Override
  public void delete(String name) {
    objects.remove(checked(name));
  }

  @Override
  public void close() {}

  private byte[] find(String name) {
    byte[] bytes = objects.get(checked(name));
    if (bytes == null) {
      throw PandionException.notFound(
          PandionException.Subject.NONE, "object '" + name + "' does not exist");
    }
    return bytes;
  }

  private static String checked(String name) {
    Path path = Path.of("/root").resolve(name).normalize();
    if (name.isEmpty() || !path.startsWith("/root") || path.getNameCount() < 2) {
      throw PandionException.invalid("'" + name + "' is not a name of an object");
    }
    return name;
  }
}
