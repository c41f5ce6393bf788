package io.pandion.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.AnswerSize;
import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.Metric;
import io.pandion.model.PandionException;
import io.pandion.model.QueryPlan;
import io.pandion.model.QueryVectors;
import io.pandion.model.RowBatch;
import io.pandion.model.SearchPlan;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// No answer is larger than the limit. All rows share one long text, so that the test is small.
class AnswerSizeTest {
  private static final int ROWS = 4000;
  private static final int TEXT = 65_000;
  private static final int FITTING = (int) (AnswerSize.MAX_BYTES / (TEXT + 200));
  private static final CollectionSchema SCHEMA =
      new CollectionSchema(
          "c",
          "",
          List.of(
              FieldSchema.key(100, "id", DataType.INT64),
              FieldSchema.of(101, "text", DataType.VARCHAR),
              FieldSchema.vector(102, "v", 2)),
          false,
          1);

  private final GrowingSegment segment = new GrowingSegment(1, 1, SCHEMA);

  AnswerSizeTest() {
    String[] texts = new String[ROWS];
    Arrays.fill(texts, "x".repeat(TEXT));
    segment.append(
        new RowBatch(
            ROWS,
            Map.of(
                100L,
                Column.Longs.of(LongStream.range(0, ROWS).toArray()),
                101L,
                Column.Strings.of(texts),
                102L,
                new Column.FloatVectors(new float[2 * ROWS], 2))),
        1);
  }

  private static QueryPlan first(long limit) {
    return new QueryPlan(null, limit, false, Set.of(), List.of(101L));
  }

  private static SearchPlan nearest(int queries, int k, List<Long> output) {
    return new SearchPlan(
        102,
        Metric.L2,
        new QueryVectors(new float[2 * queries], 2),
        k,
        null,
        Map.of(),
        null,
        null,
        Set.of(),
        output);
  }

  private SegmentGroup group() {
    return new SegmentGroup(SCHEMA);
  }

  private void refused(SearchPlan plan) {
    assertThatThrownBy(() -> group().search(List.of(segment), plan, 1))
        .isInstanceOfSatisfying(
            PandionException.class,
            e -> assertThat(e.reason()).isEqualTo(PandionException.Reason.INVALID_REQUEST))
        .hasMessageContaining("search results exceed the maxOutputSize Limit 104857600");
  }

  @Test
  void a_query_of_too_many_bytes_is_refused_and_a_smaller_one_is_answered() {
    assertThat(group().query(List.of(segment), first(FITTING), 1).count()).isEqualTo(FITTING);
    for (long limit : new long[] {FITTING + FITTING / 100, ROWS, -1}) {
      assertThatThrownBy(() -> group().query(List.of(segment), first(limit), 1))
          .isInstanceOfSatisfying(
              PandionException.class,
              e -> assertThat(e.reason()).isEqualTo(PandionException.Reason.INVALID_REQUEST))
          .hasMessageContaining("query results exceed the maxOutputSize Limit 104857600")
          .hasMessageContaining("use a smaller limit, fewer output fields or an iterator");
    }
  }

  @Test
  void a_search_of_too_many_bytes_is_refused_and_a_smaller_one_is_answered() {
    assertThat(
            group().search(List.of(segment), nearest(1, FITTING, List.of(101L)), 1).keys().size())
        .isEqualTo(FITTING);
    refused(nearest(1, ROWS, List.of(101L)));
    refused(nearest(ROWS, ROWS, List.of()));
  }
}
