package io.pandion.segment;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryPartsTest {
  @ParameterizedTest
  @CsvSource({
    // queries, together, segments, threads, parts
    "1, 1, 1, 2, 1",
    "7, 1, 1, 2, 1",
    "8, 1, 1, 2, 2",
    "500, 1, 1, 2, 16",
    "10, 1, 8, 2, 1",
    "10, 32, 1, 2, 1",
    "32, 32, 1, 2, 2",
    "500, 256, 1, 2, 2",
    "500, 256, 2, 2, 2",
    "100, 256, 3, 2, 2",
    "100, 256, 4, 2, 1",
    "100, 256, 1, 64, 6",
    "16384, 256, 1, 2, 64",
    "16384, 32, 1, 2, 512"
  })
  void few_queries_are_one_task_and_many_are_of_a_bounded_size(
      int queries, int together, int segments, int threads, int parts) {
    assertThat(QueryParts.count(queries, together, segments, threads)).isEqualTo(parts);
  }

  @Test
  void every_query_is_in_one_part() {
    for (int queries : new int[] {1, 8, 500, 16_384}) {
      for (int parts : new int[] {1, 3, 16}) {
        assertThat(QueryParts.first(0, parts, queries)).isZero();
        assertThat(QueryParts.first(parts, parts, queries)).isEqualTo(queries);
        for (int part = 0; part < parts; part++) {
          assertThat(QueryParts.first(part + 1, parts, queries))
              .isBetween(QueryParts.first(part, parts, queries), queries);
        }
      }
    }
  }
}
