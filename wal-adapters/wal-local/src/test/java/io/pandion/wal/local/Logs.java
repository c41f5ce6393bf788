package io.pandion.wal.local;

import io.pandion.wal.Wal;
import io.pandion.wal.WalBody;
import io.pandion.wal.WalMessage;
import io.pandion.wal.WalReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// What the tests of logs share.
final class Logs {
  static final String CHANNEL = "c-0";

  private Logs() {}

  /// A message that follows from its lsn; bodies have different lengths.
  static WalMessage message(long term, long lsn) {
    byte[] body =
        ("body " + lsn + " " + "x".repeat((int) (lsn * 7 % 40))).getBytes(StandardCharsets.UTF_8);
    return new WalMessage(lsn, term, lsn * 10, "v" + lsn % 3, WalBody.ofBytes(body));
  }

  static List<WalMessage> batch(long term, long first, int count) {
    List<WalMessage> out = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      out.add(message(term, first + i));
    }
    return out;
  }

  static List<WalMessage> read(Wal wal, long from) {
    List<WalMessage> out = new ArrayList<>();
    try (WalReader reader = wal.read(from)) {
      for (WalMessage m = reader.next(); m != null; m = reader.next()) {
        out.add(m);
      }
    }
    return out;
  }

  /// Reads the log and keeps nothing.
  static long count(Wal wal) {
    long count = 0;
    try (WalReader reader = wal.read(1)) {
      while (reader.next() != null) {
        count++;
      }
    }
    return count;
  }

  /// Everything of a message, so that two can be compared.
  static String text(WalMessage m) {
    byte[] body = new byte[m.body().size()];
    m.body().encoded().get(body);
    return m.lsn()
        + " "
        + m.term()
        + " "
        + m.tick()
        + " "
        + m.vchannel()
        + " "
        + new String(body, StandardCharsets.ISO_8859_1);
  }

  static List<String> texts(List<WalMessage> messages) {
    return messages.stream().map(Logs::text).toList();
  }

  static List<Path> files(Path log) throws IOException {
    try (Stream<Path> children = Files.list(log)) {
      return children.filter(p -> p.toString().endsWith(".wal")).sorted().toList();
    }
  }

  static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> children = Files.list(from)) {
      for (Path child : children.toList()) {
        Files.copy(child, to.resolve(String.valueOf(child.getFileName())));
      }
    }
  }

  static void delete(Path directory) throws IOException {
    try (Stream<Path> children = Files.list(directory)) {
      for (Path child : children.toList()) {
        Files.delete(child);
      }
    }
    Files.delete(directory);
  }
}
