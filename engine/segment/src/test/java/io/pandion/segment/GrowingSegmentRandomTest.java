package io.pandion.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.Filter;
import io.pandion.model.Metric;
import io.pandion.model.QueryPlan;
import io.pandion.model.QueryVectors;
import io.pandion.model.RowBatch;
import io.pandion.model.SearchPlan;
import io.pandion.storage.DeltaBatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Random appends and deletes, read at random ticks, against a list of rows.
class GrowingSegmentRandomTest {
  private static final int DIMENSION = 5;
  private static final CollectionSchema SCHEMA =
      new CollectionSchema(
          "c",
          "",
          List.of(
              FieldSchema.key(100, "id", DataType.INT64),
              FieldSchema.of(101, "n", DataType.INT32).asNullable(),
              FieldSchema.vector(102, "v", DIMENSION)),
          false,
          1);

  private static final class ModelRow {
    final long key;
    final @Nullable Integer number;
    final float[] vector;
    final long tick;
    long gone;

    ModelRow(long key, @Nullable Integer number, float[] vector, long tick) {
      this.key = key;
      this.number = number;
      this.vector = vector;
      this.tick = tick;
    }

    boolean visible(long readAt) {
      return tick <= readAt && (gone == 0 || gone > readAt);
    }
  }

  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final GrowingSegment segment = new GrowingSegment(1, 2, SCHEMA);
  private final List<ModelRow> model = new ArrayList<>();
  private long tick = 1_000;
  private long nextKey;

  @Test
  void every_read_at_every_tick_equals_the_model() {
    System.out.println("seed " + seed);
    for (int step = 0; step < 600; step++) {
      tick += 1 + random.nextInt(3);
      if (random.nextInt(3) > 0 || model.isEmpty()) {
        append(1 + random.nextInt(40));
      } else {
        delete();
      }
      if (step % 10 == 0) {
        long readAt = 1_000 + random.nextLong(tick - 999);
        checkSearch(readAt);
        checkQuery(readAt);
      }
    }
    assertThat(segment.rows()).isEqualTo(model.size());
    assertThat(segment.deletes().size())
        .isEqualTo((int) model.stream().filter(r -> r.gone != 0).count());
  }

  private void append(int count) {
    long[] keys = new long[count];
    float[] values = new float[count * DIMENSION];
    ColumnBuilder numbers = new ColumnBuilder(DataType.INT32, 0);
    for (int i = 0; i < count; i++) {
      keys[i] = nextKey++;
      Integer number = random.nextInt(4) == 0 ? null : random.nextInt(10);
      numbers.add(number);
      float[] vector = new float[DIMENSION];
      for (int d = 0; d < DIMENSION; d++) {
        vector[d] = random.nextInt(20) - 10;
      }
      System.arraycopy(vector, 0, values, i * DIMENSION, DIMENSION);
      model.add(new ModelRow(keys[i], number, vector, tick));
    }
    segment.append(
        new RowBatch(
            count,
            Map.of(
                100L, new Column.Longs(keys, null),
                101L, numbers.build(),
                102L, new Column.FloatVectors(values, DIMENSION))),
        tick);
  }

  private void delete() {
    long[] keys = new long[1 + random.nextInt(5)];
    long[] ticks = new long[keys.length];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = random.nextLong(nextKey);
      ticks[i] = tick;
      for (ModelRow row : model) {
        if (row.key == keys[i] && row.tick < tick && row.gone == 0) {
          row.gone = tick;
        }
      }
    }
    segment.delete(new DeltaBatch(new Column.Longs(keys, null), ticks));
  }

  private void checkQuery(long readAt) {
    int bound = random.nextInt(10);
    Filter filter =
        new Filter.Not(
            new Filter.Compare(
                Filter.Comparison.LESS,
                new Filter.Value.Field(101, DataType.INT32),
                new Filter.Value.Literal((long) bound)));
    QueryPlan plan = new QueryPlan(filter, -1, false, Set.of(), List.of());
    Column keys = segment.query(plan, readAt).keys();
    List<Long> found = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      found.add((Long) keys.value(i));
    }
    List<Long> expected =
        model.stream()
            .filter(r -> r.visible(readAt) && r.number != null && r.number >= bound)
            .map(r -> r.key)
            .sorted()
            .toList();
    assertThat(found).as("seed %d, read at %d", seed, readAt).isEqualTo(expected);
    assertThat(segment.count(plan, readAt)).isEqualTo(expected.size());
  }

  private void checkSearch(long readAt) {
    float[] query = new float[DIMENSION];
    for (int d = 0; d < DIMENSION; d++) {
      query[d] = random.nextInt(20) - 10;
    }
    int k = 1 + random.nextInt(30);
    SearchPlan plan =
        new SearchPlan(
            102,
            Metric.L2,
            new QueryVectors(query, DIMENSION),
            k,
            null,
            Map.of(),
            null,
            null,
            Set.of(),
            List.of());
    SegmentHits hits = segment.search(plan, readAt);
    List<Float> scores = new ArrayList<>();
    for (int i = 0; i < hits.from(1); i++) {
      scores.add(hits.score(i));
    }
    List<Float> expected =
        model.stream()
            .filter(r -> r.visible(readAt))
            .map(r -> -distance(query, r.vector))
            .sorted(Comparator.reverseOrder())
            .limit(k)
            .toList();
    assertThat(scores).as("seed %d, read at %d", seed, readAt).isEqualTo(expected);
  }

  private static float distance(float[] a, float[] b) {
    float sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return sum;
  }
}
