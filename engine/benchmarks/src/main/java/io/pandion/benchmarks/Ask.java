package io.pandion.benchmarks;

import java.util.Map;

/// What a measuring process is asked for, one line: `point share k batch threads`.
///
/// @param batch queries a call
record Ask(Map<String, String> point, Share share, int k, int batch, int threads) {
  String line() {
    return String.join(
        " ",
        EngineSpec.text(point),
        share.text(),
        Integer.toString(k),
        Integer.toString(batch),
        Integer.toString(threads));
  }

  static Ask of(String line) {
    String[] words = line.split(" ", -1);
    return new Ask(
        EngineSpec.of("x@" + words[0]).points().get(0),
        Share.of(words[1]),
        Integer.parseInt(words[2]),
        Integer.parseInt(words[3]),
        Integer.parseInt(words[4]));
  }
}
