package io.pandion.wal.local;

import java.nio.charset.StandardCharsets;

/// Names of vchannels in UTF-8. The last one is kept, because neighbours in a log mostly have the
/// same. One thread at a time; nobody changes the bytes.
final class NameBytes {
  private String name = "";
  private byte[] bytes = {};

  byte[] of(String wanted) {
    if (!wanted.equals(name)) {
      bytes = wanted.getBytes(StandardCharsets.UTF_8);
      name = wanted;
    }
    return bytes;
  }
}
