package io.pandion.meta;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// A record of [MetaLog]. Big-endian:
///
/// | at | type | what |
/// |---|---|---|
/// | 0 | int | CRC32C of the seed (int) and bytes 4 to the end of the record |
/// | 4 | int | bytes of the changes |
/// | 8 | int | checksum of the record before; of the first record, the seed |
/// | 12 | int | number of changes |
/// | 16 | long | revision |
/// | 24 | | the changes, then zeros to a multiple of 8 bytes |
///
/// A change: bytes of the key (int), bytes of the value (int; -1 for a deletion), revision that
/// wrote the value (long), key in UTF-8, value.
record MetaRecord(int checksum, int previous, int length, long revision, List<MetaChange> changes) {
  private static final int FIXED = 24;
  private static final int CHANGE = 16;

  static int seed(long revision) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(Long.BYTES).putLong(revision).flip());
    return (int) crc.getValue();
  }

  static byte[] encode(int seed, int previous, long revision, List<MetaChange> changes) {
    List<byte[]> keys = new ArrayList<>();
    int content = 0;
    for (MetaChange change : changes) {
      byte[] key = change.key().getBytes(StandardCharsets.UTF_8);
      keys.add(key);
      MetaEntry entry = change.entry();
      int value = entry == null ? 0 : entry.value().length;
      content = Math.addExact(content, CHANGE + key.length + value);
    }
    byte[] record = new byte[length(content)];
    ByteBuffer out = ByteBuffer.wrap(record);
    out.putInt(0).putInt(content).putInt(previous).putInt(changes.size()).putLong(revision);
    for (int i = 0; i < changes.size(); i++) {
      MetaEntry entry = changes.get(i).entry();
      out.putInt(keys.get(i).length).putInt(entry == null ? -1 : entry.value().length);
      out.putLong(entry == null ? revision : entry.revision()).put(keys.get(i));
      if (entry != null) {
        out.put(entry.value());
      }
    }
    out.putInt(0, checksum(seed, out.slice(4, out.capacity() - 4)));
    return record;
  }

  private static int length(int content) {
    return Math.addExact(FIXED + 7, content) & -8;
  }

  private static int checksum(int seed, ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(Integer.BYTES).putInt(seed).flip());
    crc.update(bytes);
    return (int) crc.getValue();
  }

  /// @return the whole record at a position, or null when there is none
  static @Nullable MetaRecord at(ByteBuffer bytes, int at, int seed) {
    if (bytes.capacity() - at < FIXED) {
      return null;
    }
    int content = bytes.getInt(at + 4);
    if (content < 0 || content > bytes.capacity() - at - FIXED) {
      return null;
    }
    int length = length(content);
    if (length > bytes.capacity() - at
        || bytes.getInt(at) != checksum(seed, bytes.slice(at + 4, length - 4))) {
      return null;
    }
    ByteBuffer in = bytes.slice(at + FIXED, content);
    List<MetaChange> changes = new ArrayList<>();
    for (int i = bytes.getInt(at + 12); i > 0; i--) {
      byte[] key = new byte[in.getInt()];
      int valueLength = in.getInt();
      long revision = in.getLong();
      in.get(key);
      String name = new String(key, StandardCharsets.UTF_8);
      MetaEntry entry = null;
      if (valueLength >= 0) {
        byte[] value = new byte[valueLength];
        in.get(value);
        entry = new MetaEntry(name, value, revision);
      }
      changes.add(new MetaChange(name, entry));
    }
    return new MetaRecord(
        bytes.getInt(at), bytes.getInt(at + 8), length, bytes.getLong(at + 16), changes);
  }

  void apply(NavigableMap<String, MetaEntry> entries) {
    for (MetaChange change : changes) {
      if (change.entry() == null) {
        entries.remove(change.key());
      } else {
        entries.put(change.key(), change.entry());
      }
    }
  }
}
