package io.pandion.wal.objectstore;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;

/// Name of a stream: 128 random bits, new for each incarnation of a node and after each fence.
record StreamId(long high, long low) {
  /// What the names of all objects of logs begin with.
  static final String ROOT = "wal/v1/";

  private static final int DIGITS = 32;
  private static final int HALF = 16;

  static StreamId random(RandomGenerator random) {
    return new StreamId(random.nextLong(), random.nextLong());
  }

  /// @throws NumberFormatException when the text is not 32 hexadecimal digits
  static StreamId parse(String text) {
    if (text.length() != DIGITS) {
      throw new NumberFormatException("'" + text + "' is not the name of a stream");
    }
    return new StreamId(
        Long.parseUnsignedLong(text.substring(0, HALF), HALF),
        Long.parseUnsignedLong(text.substring(HALF), HALF));
  }

  String text() {
    return String.format(Locale.ROOT, "%016x%016x", high, low);
  }

  /// Where its objects lie. Two digits of the name's checksum come first and spread the streams
  /// over the store's partitions.
  String folder() {
    CRC32C crc = new CRC32C();
    crc.update(text().getBytes(StandardCharsets.US_ASCII));
    return String.format(Locale.ROOT, ROOT + "%02x/%s/", crc.getValue() & 0xFF, text());
  }

  String object(long slot) {
    return folder() + String.format(Locale.ROOT, "%020d", slot);
  }

  /// @param first slot that it may sum up
  String rollUp(long first) {
    return folder() + String.format(Locale.ROOT, "idx/%020d", first);
  }

  /// Whether a name is a roll-up's.
  static boolean isRollUp(String object) {
    return object.contains("/idx/");
  }

  @Override
  public String toString() {
    return text();
  }
}
