package io.pandion.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResultMergerTest {
  private static SearchResult hits(long[] keys, float[] scores, long... ticks) {
    return new SearchResult(
        new int[] {0, keys.length},
        scores,
        Column.Longs.of(keys),
        Map.of(7L, Column.Longs.of(ticks.length == 0 ? new long[keys.length] : ticks)),
        9,
        ticks);
  }

  private static QueryResult rows(long[] keys, long... ticks) {
    return new QueryResult(
        keys.length, Column.Longs.of(keys), Map.of(7L, Column.Longs.of(ticks)), 9, ticks);
  }

  private static List<Object> values(Column column) {
    return java.util.stream.IntStream.range(0, column.size())
        .mapToObj(i -> java.util.Objects.requireNonNull(column.value(i)))
        .toList();
  }

  @Test
  void the_newest_row_of_a_key_is_kept_even_when_an_older_one_is_nearer() {
    SearchResult merged =
        ResultMerger.searches(
            List.of(
                hits(new long[] {1, 2}, new float[] {9, 5}, 10, 10),
                hits(new long[] {3, 1}, new float[] {8, 4}, 20, 20)),
            3);
    assertThat(values(merged.keys())).containsExactly(3L, 2L, 1L);
    assertThat(merged.scores()).containsExactly(8, 5, 4);
    assertThat(merged.ticks()).containsExactly(20, 10, 20);
    assertThat(values(java.util.Objects.requireNonNull(merged.fields().get(7L))))
        .containsExactly(20L, 10L, 20L);
  }

  @Test
  void without_ticks_the_best_score_of_a_key_is_kept() {
    SearchResult merged =
        ResultMerger.searches(
            List.of(
                hits(new long[] {1, 2}, new float[] {9, 5}),
                hits(new long[] {3, 1}, new float[] {8, 4})),
            3);
    assertThat(values(merged.keys())).containsExactly(1L, 3L, 2L);
  }

  @Test
  void equal_scores_are_in_order_of_the_key() {
    SearchResult merged =
        ResultMerger.searches(
            List.of(
                hits(new long[] {4, 6}, new float[] {1, 1}, 1, 1),
                hits(new long[] {3, 5}, new float[] {1, 1}, 1, 1)),
            3);
    assertThat(values(merged.keys())).containsExactly(3L, 4L, 5L);
  }

  @Test
  void a_query_keeps_the_newest_row_of_each_key_also_at_the_limit() {
    QueryResult merged =
        ResultMerger.queries(
            List.of(
                rows(new long[] {1, 2, 3}, 10, 30, 10),
                rows(new long[] {1, 2}, 20, 20),
                rows(new long[] {2, 4}, 40, 40)),
            2,
            false);
    assertThat(values(merged.keys())).containsExactly(1L, 2L);
    assertThat(merged.ticks()).containsExactly(20, 40);
    assertThat(values(java.util.Objects.requireNonNull(merged.fields().get(7L))))
        .containsExactly(20L, 40L);
    assertThat(merged.count()).isEqualTo(2);
  }
}
