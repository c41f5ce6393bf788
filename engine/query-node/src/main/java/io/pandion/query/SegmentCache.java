package io.pandion.query;

import io.pandion.model.CollectionSchema;
import io.pandion.model.PandionException;
import io.pandion.segment.SealedSegment;
import io.pandion.segment.SealedSegmentWriter;
import io.pandion.storage.FileRef;
import io.pandion.storage.SegmentFiles;
import io.pandion.storage.SegmentManifest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/// Local files of loaded segments, made from the bucket and made again when they are missing or
/// damaged. One process has a directory; any number of threads, one a segment.
///
/// ```
/// {cache}/.tmp/…                          what is being written; emptied on open
/// {cache}/{collection}/{segment}/{rows}/  the directory of SealedSegmentWriter; the name is a
///                                         checksum of the names of the binlogs
/// {cache}/{collection}/{segment}/index/   index files, by the last part of their names
/// ```
///
/// Memory: one segment at a time is read from its binlogs, wholly.
final class SegmentCache {
  private final Path root;
  private final Path temp;
  private final SegmentFiles files;
  private final AtomicLong names = new AtomicLong();
  private final Semaphore reading = new Semaphore(1);
  private final Set<Path> used = ConcurrentHashMap.newKeySet();

  SegmentCache(Path root, SegmentFiles files) {
    this.root = root.toAbsolutePath().normalize();
    this.temp = this.root.resolve(".tmp");
    this.files = files;
    try {
      deleteTree(temp);
      Files.createDirectories(temp);
    } catch (IOException e) {
      throw failed("open the cache " + root, e);
    }
  }

  /// A text that is another one when the rows are in other files.
  static String rowsName(SegmentManifest manifest) {
    CRC32C crc = new CRC32C();
    for (FileRef ref : manifest.files()) {
      if (ref.kind() == FileRef.Kind.BINLOG || ref.kind() == FileRef.Kind.VECTOR_BINLOG) {
        crc.update((ref.name() + "\n").getBytes(StandardCharsets.UTF_8));
      }
    }
    return String.format(java.util.Locale.ROOT, "%08x", crc.getValue());
  }

  /// Opens the rows of a segment: from the cache when they are there and whole, else from the
  /// bucket.
  ///
  /// @param schema of the segment from now on
  /// @throws PandionException CORRUPT_DATA when a binlog is missing or damaged; UNAVAILABLE_RETRY
  ///   when the disk fails
  SealedSegment open(SegmentManifest manifest, CollectionSchema schema) {
    Path directory = segment(manifest).resolve(rowsName(manifest));
    used.add(segment(manifest));
    String about = "cache segment " + manifest.segmentId() + " in " + directory;
    try {
      if (Files.isDirectory(directory)) {
        try {
          return map(manifest, directory, schema);
        } catch (PandionException e) {
          if (e.reason() != PandionException.Reason.CORRUPT_DATA) {
            throw e;
          }
          deleteTree(directory);
        }
      }
      write(manifest, directory);
      return map(manifest, directory, schema);
    } catch (IOException e) {
      throw failed(about, e);
    }
  }

  private static SealedSegment map(
      SegmentManifest manifest, Path directory, CollectionSchema schema) throws IOException {
    SealedSegment segment =
        SealedSegment.open(manifest.segmentId(), manifest.partitionId(), directory, schema);
    if (segment.rows() != manifest.rows()) {
      segment.close();
      throw PandionException.corrupt(
          "segment "
              + manifest.segmentId()
              + " has "
              + segment.rows()
              + " rows, its manifest of version "
              + manifest.version()
              + " says "
              + manifest.rows());
    }
    return segment;
  }

  private void write(SegmentManifest manifest, Path directory) throws IOException {
    try {
      writeOnce(manifest, directory);
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      // A full disk: what an earlier process left may go.
      if (!dropUnused()) {
        throw e;
      }
      writeOnce(manifest, directory);
    }
  }

  private void writeOnce(SegmentManifest manifest, Path directory) throws IOException {
    Path writing = temp.resolve(Long.toString(names.incrementAndGet()));
    reading.acquireUninterruptibly();
    try {
      SealedSegmentWriter.write(
          writing, files.readRows(manifest.files(), manifest.schema()), manifest.schema());
      Files.createDirectories(parent(directory));
      Files.move(writing, directory, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      reading.release();
      deleteTree(writing);
    }
  }

  /// The local file of an index, checked.
  Path index(SegmentManifest manifest, FileRef ref) {
    Path file = indexFile(manifest, ref);
    try {
      if (Files.isRegularFile(file) && Files.size(file) == ref.length()) {
        return file;
      }
      Path source = files.fetch(ref);
      Files.createDirectories(parent(file));
      Path writing = temp.resolve(Long.toString(names.incrementAndGet()));
      try {
        link(source, writing);
        Files.move(writing, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(writing);
        files.release(source);
      }
      return file;
    } catch (IOException e) {
      throw failed("cache index file " + ref.name(), e);
    }
  }

  /// Fetches an index file again that turned out to be damaged.
  Path indexAgain(SegmentManifest manifest, FileRef ref) {
    forgetIndex(manifest, ref);
    return index(manifest, ref);
  }

  void forgetIndex(SegmentManifest manifest, FileRef ref) {
    try {
      Files.deleteIfExists(indexFile(manifest, ref));
    } catch (IOException e) {
      throw failed("remove index file " + ref.name(), e);
    }
  }

  private Path indexFile(SegmentManifest manifest, FileRef ref) {
    String name = ref.name().substring(ref.name().lastIndexOf('/') + 1);
    return segment(manifest).resolve("index").resolve(name);
  }

  private static void link(Path source, Path to) throws IOException {
    try {
      Files.createLink(to, source);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (FileSystemException | UnsupportedOperationException e) {
      // The object lies on another file system.
      Files.copy(source, to);
    }
  }

  /// Removes the rows of one version of a segment; mapped files stay readable.
  void dropRows(SegmentManifest manifest) {
    drop(segment(manifest).resolve(rowsName(manifest)));
  }

  /// Removes all of a segment; mapped files stay readable.
  void drop(SegmentManifest manifest) {
    drop(segment(manifest));
    used.remove(segment(manifest));
  }

  private void drop(Path directory) {
    try {
      if (Files.exists(directory)) {
        Path gone = temp.resolve(Long.toString(names.incrementAndGet()));
        Files.move(directory, gone, StandardCopyOption.ATOMIC_MOVE);
        deleteTree(gone);
      }
    } catch (IOException e) {
      throw failed("remove " + directory, e);
    }
  }

  /// Bytes that a segment takes on disk.
  long bytes(SegmentManifest manifest) {
    try (Stream<Path> all = Files.walk(segment(manifest))) {
      long bytes = 0;
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
      return bytes;
    } catch (IOException e) {
      throw failed("measure segment " + manifest.segmentId(), e);
    }
  }

  private boolean dropUnused() throws IOException {
    boolean dropped = false;
    for (Path collection : children(root)) {
      if (!collection.equals(temp)) {
        for (Path segment : children(collection)) {
          if (!used.contains(segment)) {
            deleteTree(segment);
            dropped = true;
          }
        }
      }
    }
    return dropped;
  }

  private static List<Path> children(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(directory)) {
      return children.toList();
    }
  }

  private Path segment(SegmentManifest manifest) {
    return root.resolve(Long.toString(manifest.collectionId()))
        .resolve(Long.toString(manifest.segmentId()));
  }

  private static Path parent(Path path) {
    return java.util.Objects.requireNonNull(path.getParent(), "paths are below the root");
  }

  private static void deleteTree(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      for (Path child : children(path)) {
        deleteTree(child);
      }
    }
    Files.deleteIfExists(path);
  }

  private static PandionException failed(String what, IOException e) {
    return new PandionException(
        PandionException.Reason.UNAVAILABLE_RETRY,
        PandionException.Subject.SEGMENT,
        "cannot " + what + ": " + e + "; is the disk full?",
        e);
  }
}
