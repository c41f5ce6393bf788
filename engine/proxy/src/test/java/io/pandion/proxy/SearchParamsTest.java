package io.pandion.proxy;

import static io.pandion.proxy.Wire.pair;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.pandion.model.Metric;
import io.pandion.model.PandionException;
import io.pandion.protocol.KeyValuePair;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SearchParamsTest {
  @Test
  void parameters_of_the_index_are_found_at_both_places() {
    SearchParams params =
        SearchParams.parse(
            List.of(
                pair("anns_field", "v"),
                pair("topk", 10),
                pair("offset", 5),
                pair("metric_type", "L2"),
                pair("round_decimal", 3),
                pair("ignore_growing", false),
                pair("nprobe", 8),
                pair("ef", 1),
                pair("params", "{\"ef\":64,\"radius\":2.5,\"range_filter\":\"0.5\"}")));
    assertThat(params.vectorField()).isEqualTo("v");
    assertThat(params.limit()).isEqualTo(10);
    assertThat(params.offset()).isEqualTo(5);
    assertThat(params.metric()).isEqualTo("L2");
    assertThat(params.decimals()).isEqualTo(3);
    assertThat(params.index()).isEqualTo(Map.of("ef", "64", "nprobe", "8"));
    assertThat(params.lower(Metric.L2)).isEqualTo(-2.5f);
    assertThat(params.upper(Metric.L2)).isEqualTo(-0.5f);
  }

  @Test
  void an_iterator_goes_on_just_beyond_its_last_bound() {
    SearchParams params =
        SearchParams.parse(
            List.of(
                pair("iterator", "True"),
                pair("search_iter_v2", "true"),
                pair("search_iter_batch_size", 7),
                pair("search_iter_last_bound", "0.5"),
                pair("search_iter_id", "t")));
    assertThat(params.limit()).isEqualTo(7);
    assertThat(params.index()).isEmpty();
    assertThat(params.upper(Metric.COSINE)).isEqualTo(Math.nextDown(0.5f));
    assertThat(params.upper(Metric.L2)).isEqualTo(Math.nextDown(-0.5f));
  }

  static Stream<Arguments> bad() {
    return Stream.of(
        arguments(List.of(), "topk not found"),
        arguments(List.of(pair("topk", 0)), "topk [0] is invalid"),
        arguments(List.of(pair("topk", -3)), "topk [-3] is invalid"),
        arguments(List.of(pair("topk", 16385)), "topk [16385] is invalid"),
        arguments(List.of(pair("topk", "many")), "topk [many] is invalid"),
        arguments(List.of(pair("limit", "1.5")), "limit [1.5] is invalid"),
        arguments(List.of(pair("topk", 1), pair("offset", -1)), "offset [-1] is invalid"),
        arguments(List.of(pair("topk", 16384), pair("offset", 1)), "offset [1] is invalid"),
        arguments(List.of(pair("topk", 1), pair("round_decimal", 7)), "round_decimal [7]"),
        arguments(List.of(pair("topk", 1), pair("radius", "near")), "radius [near] is invalid"),
        arguments(List.of(pair("topk", 1), pair("radius", "NaN")), "radius [NaN] is invalid"),
        arguments(List.of(pair("topk", 1), pair("params", "{")), "'params' is not JSON"),
        arguments(List.of(pair("topk", 1), pair("params", "[]")), "'params' must be a JSON object"),
        arguments(List.of(pair("topk", 1), pair("group_by_field", "a")), "'group_by_field' is not"),
        arguments(List.of(pair("topk", 1), pair("iterator", "true")), "version 1"),
        arguments(
            List.of(pair("iterator", "true"), pair("search_iter_v2", "true")),
            "search_iter_batch_size [0]"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("bad")
  void bad_parameters_are_named(List<KeyValuePair> pairs, String message) {
    assertThatThrownBy(() -> SearchParams.parse(pairs))
        .isInstanceOf(PandionException.class)
        .hasMessageContaining(message);
  }

  @Test
  void an_empty_range_is_refused() {
    SearchParams params =
        SearchParams.parse(
            List.of(pair("topk", 1), pair("radius", "0.9"), pair("range_filter", "0.5")));
    assertThatThrownBy(() -> params.lower(Metric.IP))
        .hasMessageContaining("range_filter [0.5] must be greater than radius [0.9]");
    assertThat(params.lower(Metric.L2)).isEqualTo(-0.9f);
  }
}
