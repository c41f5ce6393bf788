package io.pandion.meta;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A process that commits for ever, prints each revision that was acknowledged, and waits to be
/// killed.
final class MetaCrashChild {
  static final int KEYS = 500;

  private MetaCrashChild() {}

  /// What the commit of a revision puts.
  static byte[] value(long revision) {
    return ByteBuffer.allocate(8 + (int) (revision * 37 % 700)).putLong(revision).array();
  }

  static String key(long revision) {
    return "key/" + revision * 31 % KEYS;
  }

  public static void main(String[] args) {
    FileMetaStore store = FileMetaStore.open(Path.of(args[0]));
    while (true) {
      long next = store.revision() + 1;
      store.commit(new MetaTransaction().put(key(next), value(next)).put("last", value(next)));
      byte[] line = (store.revision() + "\n").getBytes(StandardCharsets.UTF_8);
      System.out.write(line, 0, line.length);
      if (System.out.checkError()) {
        // Nobody reads any more.
        Runtime.getRuntime().halt(4);
      }
    }
  }
}
