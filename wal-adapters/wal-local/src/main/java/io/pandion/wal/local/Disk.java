package io.pandion.wal.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;

/// Opens files; tests give one whose writes and syncs fail. Any number of threads.
@FunctionalInterface
interface Disk {
  FileChannel open(Path file, OpenOption... options) throws IOException;
}
