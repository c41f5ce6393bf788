package io.pandion.server;

import io.pandion.model.PandionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// Holds a data directory for one server: a locked file with the process id in it. The system frees
/// the lock when the process dies, however it dies.
final class DataLock implements AutoCloseable {
  private static final int PID_BYTES = 32;

  private final FileChannel channel;

  private DataLock(FileChannel channel) {
    this.channel = channel;
  }

  /// @throws PandionException UNAVAILABLE_RETRY when another server has the directory,
  ///   INVALID_REQUEST when it cannot be made
  static DataLock take(Path directory) {
    Path file = directory.resolve("pandion.lock");
    try {
      Files.createDirectories(directory);
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (lock(channel) == null) {
        String pid = read(channel);
        channel.close();
        throw PandionException.unavailable(
            "data directory "
                + directory
                + " is in use by another Pandion server (process "
                + pid
                + "); stop that one, or choose another directory with --data");
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(
              Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8)),
          0);
      return new DataLock(channel);
    } catch (IOException e) {
      throw new PandionException(
          PandionException.Reason.INVALID_REQUEST,
          PandionException.Subject.PARAMETER,
          "data directory " + directory + " cannot be used: " + e,
          e);
    }
  }

  private static @Nullable FileLock lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // A server in this very process has it.
      return null;
    }
  }

  private static String read(FileChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(PID_BYTES);
    channel.read(buffer, 0);
    return new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8).strip();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // The lock is gone with the process at the latest.
      return;
    }
  }
}
