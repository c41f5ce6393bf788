package io.pandion.storage;

import io.pandion.model.PandionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/// Objects as files below a directory. Creating is atomic: the bytes are written and synced under a
/// temporary name, then linked to the final one, which fails when it exists; then the directory is
/// synced. Any number of processes may have a root open: each has a locked folder for what it is
/// writing, and opening removes the folders of processes that died.
public final class FileObjectStore implements ObjectStore {
  private static final String TEMP = ".tmp";
  private static final String LOCK = "alive";

  private final Path root;
  private final Path temp;
  private final Path own;
  private final FileChannel alive;
  private final AtomicLong tempNames = new AtomicLong();

  /// Directories whose names have been synced.
  private final Set<Path> durable = ConcurrentHashMap.newKeySet();

  /// Opens or creates the store; leftovers of interrupted writes are removed.
  public FileObjectStore(Path root) {
    this.root = root.toAbsolutePath().normalize();
    this.temp = this.root.resolve(TEMP);
    try {
      createRoot();
      createDirectories(temp);
      try (Stream<Path> leftovers = Files.list(temp)) {
        for (Path leftover : leftovers.toList()) {
          if (abandoned(leftover)) {
            deleteTree(leftover);
          }
        }
      }
      own = Files.createTempDirectory(temp, "store");
      alive =
          FileChannel.open(
              own.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      alive.lock();
    } catch (IOException e) {
      throw failed("open", root.toString(), e);
    }
  }

  /// Whether the process that wrote there is dead. A folder that is just being made has no lock
  /// yet: it stays until a later start.
  private static boolean abandoned(Path leftover) throws IOException {
    if (!Files.isDirectory(leftover)) {
      return true;
    }
    try (FileChannel lock = FileChannel.open(leftover.resolve(LOCK), StandardOpenOption.WRITE)) {
      return lock.tryLock() != null;
    } catch (OverlappingFileLockException | NoSuchFileException e) {
      return false;
    }
  }

  @Override
  public boolean putIfAbsent(String name, byte[] bytes) {
    Path to = path(name);
    Path from = own.resolve(Long.toString(tempNames.incrementAndGet()));
    try {
      try (FileChannel channel =
          FileChannel.open(from, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        channel.force(true);
      }
      return link(from, to);
    } catch (IOException e) {
      throw failed("write", name, e);
    } finally {
      deleteQuietly(from);
    }
  }

  @Override
  public void putFile(String name, Path file) {
    Path to = path(name);
    Path from = own.resolve(Long.toString(tempNames.incrementAndGet()));
    try {
      try {
        Files.createLink(from, file);
      } catch (FileSystemException | UnsupportedOperationException e) {
        // The file lies on another file system.
        Files.copy(file, from);
      }
      try (FileChannel channel = FileChannel.open(from, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      if (!link(from, to)) {
        throw PandionException.exists(
            PandionException.Subject.NONE, "object '" + name + "' exists already");
      }
    } catch (IOException e) {
      throw failed("write", name, e);
    } finally {
      deleteQuietly(from);
    }
  }

  private boolean link(Path from, Path to) throws IOException {
    createDirectories(parent(to));
    try {
      Files.createLink(to, from);
    } catch (FileAlreadyExistsException e) {
      // Its writer may not have synced it yet, or may have died before; the caller relies on it.
      sync(parent(to));
      return false;
    }
    sync(parent(to));
    return true;
  }

  /// Makes a directory below the root, or learns that it is there; its name is durable when this
  /// returns, whoever made it, in this process or one that died.
  private void createDirectories(Path directory) throws IOException {
    if (durable.contains(directory) && Files.isDirectory(directory)) {
      return;
    }
    createDirectories(parent(directory));
    try {
      Files.createDirectory(directory);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory)) {
        throw e;
      }
    }
    sync(parent(directory));
    durable.add(directory);
  }

  private void createRoot() throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    for (Path at = root; !Files.isDirectory(at); at = parent(at)) {
      missing.push(at);
    }
    for (Path directory : missing) {
      Files.createDirectories(directory);
      sync(parent(directory));
    }
    durable.add(root);
  }

  private static Path parent(Path path) {
    return java.util.Objects.requireNonNull(path.getParent(), "every path used has a parent");
  }

  private static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public byte[] read(String name, long offset, int length) {
    try (FileChannel channel = FileChannel.open(path(name), StandardOpenOption.READ)) {
      ByteBuffer buffer = ByteBuffer.allocate(length);
      int read = 0;
      while (read >= 0 && buffer.hasRemaining()) {
        read = channel.read(buffer, offset + buffer.position());
      }
      if (buffer.hasRemaining()) {
        throw PandionException.corrupt(
            "object '" + name + "' ends before byte " + (offset + length));
      }
      return buffer.array();
    } catch (IOException e) {
      throw failed("read", name, e);
    }
  }

  @Override
  public byte[] readAll(String name) {
    try {
      return Files.readAllBytes(path(name));
    } catch (IOException e) {
      throw failed("read", name, e);
    }
  }

  @Override
  public Path localCopy(String name, Path directory) {
    Path path = path(name);
    if (!Files.isRegularFile(path)) {
      throw failed("read", name, new NoSuchFileException(name));
    }
    return path;
  }

  @Override
  public long size(String name) {
    try {
      return Files.size(path(name));
    } catch (IOException e) {
      throw failed("read", name, e);
    }
  }

  @Override
  public boolean exists(String name) {
    return Files.isRegularFile(path(name));
  }

  @Override
  public List<String> list(String prefix) {
    int slash = prefix.lastIndexOf('/');
    Path from = slash < 0 ? root : path(prefix.substring(0, slash));
    List<String> names = new ArrayList<>();
    if (!Files.isDirectory(from)) {
      return names;
    }
    try {
      Files.walkFileTree(
          from,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes a) {
              return directory.equals(temp)
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes a) {
              String name = root.relativize(file).toString();
              if (name.startsWith(prefix)) {
                names.add(name);
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
              if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
              }
              throw e;
            }
          });
      Collections.sort(names);
      return names;
    } catch (IOException e) {
      throw failed("list", prefix, e);
    }
  }

  @Override
  public void delete(String name) {
    try {
      Files.deleteIfExists(path(name));
    } catch (IOException e) {
      throw failed("delete", name, e);
    }
  }

  @Override
  public void close() {
    try {
      alive.close();
      deleteTree(own);
    } catch (IOException e) {
      // Removed at the next start.
      return;
    }
  }

  /// @throws PandionException INVALID_REQUEST for a name that leaves the root
  private Path path(String name) {
    Path path = root.resolve(name).normalize();
    if (name.isEmpty() || !path.startsWith(root) || path.equals(root) || path.startsWith(temp)) {
      throw PandionException.invalid("'" + name + "' is not a name of an object");
    }
    return path;
  }

  private static PandionException failed(String what, String name, IOException e) {
    if (e instanceof NoSuchFileException) {
      return new PandionException(
          PandionException.Reason.NOT_FOUND,
          PandionException.Subject.NONE,
          "object '" + name + "' does not exist",
          e);
    }
    String why =
        e instanceof ClosedByInterruptException
            ? "interrupted; retry"
            : e.getMessage() + "; is the disk full?";
    return new PandionException(
        PandionException.Reason.UNAVAILABLE_RETRY,
        PandionException.Subject.NONE,
        "cannot " + what + " object '" + name + "': " + why,
        e);
  }

  private static void deleteTree(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      try (Stream<Path> children = Files.list(path)) {
        for (Path child : children.toList()) {
          deleteTree(child);
        }
      }
    }
    Files.deleteIfExists(path);
  }

  private static void deleteQuietly(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // Removed at the next start.
      return;
    }
  }
}
