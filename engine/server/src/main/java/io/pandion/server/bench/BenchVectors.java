package io.pandion.server.bench;

import io.pandion.model.Column;
import io.pandion.model.PandionException;
import io.pandion.server.client.VectorFile;
import io.pandion.server.client.VectorSet;
import java.nio.file.Files;
import java.util.Arrays;

/// What is inserted, and what is searched for.
record BenchVectors(Column.FloatVectors base, Column.FloatVectors queries) {
  /// A data set has queries of its own; of a file some vectors are held out, evenly spread.
  ///
  /// @throws PandionException INVALID_REQUEST
  static BenchVectors of(BenchPlan plan) {
    if (Files.isDirectory(plan.file())) {
      VectorSet set = VectorSet.open(plan.file());
      if (plan.queries() < 1) {
        throw tooMany(plan, set.queries().size());
      }
      return new BenchVectors(first(set.base(), plan.rows()), first(set.queries(), plan.queries()));
    }
    Column.FloatVectors all = VectorFile.vectors(plan.file());
    int rows = Math.min(plan.rows(), all.size());
    if (plan.queries() < 1 || plan.queries() > rows / 2) {
      throw tooMany(plan, rows / 2);
    }
    int[] held = new int[plan.queries()];
    for (int i = 0; i < held.length; i++) {
      held[i] = (int) ((long) i * rows / held.length);
    }
    int[] kept = new int[rows - held.length];
    int count = 0;
    int next = 0;
    for (int row = 0; row < rows; row++) {
      if (next < held.length && held[next] == row) {
        next++;
      } else {
        kept[count++] = row;
      }
    }
    return new BenchVectors(all.select(kept, count), all.select(held, held.length));
  }

  private static PandionException tooMany(BenchPlan plan, int most) {
    return PandionException.invalid("--queries " + plan.queries() + " must be 1 to " + most);
  }

  private static Column.FloatVectors first(Column.FloatVectors vectors, int rows) {
    return rows >= vectors.size()
        ? vectors
        : new Column.FloatVectors(
            Arrays.copyOf(vectors.values(), rows * vectors.dimension()), vectors.dimension());
  }
}
