package io.pandion.server;

import static io.pandion.server.BadRequest.COLLECTION;
import static io.pandion.server.BadRequest.DATABASE;
import static io.pandion.server.BadRequest.FIELD;
import static io.pandion.server.BadRequest.INVALID;
import static io.pandion.server.BadRequest.NOT_LOADED;
import static io.pandion.server.BadRequest.PARTITION;
import static io.pandion.server.BadRequest.UNSUPPORTED;
import static io.pandion.server.BadRequest.either;
import static io.pandion.server.BadRequest.refused;

import com.google.protobuf.ByteString;
import io.pandion.protocol.PlaceholderGroup;
import io.pandion.protocol.PlaceholderType;
import io.pandion.protocol.PlaceholderValue;
import io.pandion.protocol.SearchRequest;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Queries and searches that must be refused.
final class BadReads {
  /// What the message names, or nothing, by filter that cannot be evaluated.
  private static final List<List<String>> FILTERS =
      List.of(
          List.of("num >"),
          List.of("num = 5"),
          List.of("nope == 1", "nope"),
          List.of("num == \"x\"", "num"),
          List.of("name > 5", "name"),
          List.of("num in 5"),
          List.of("num in [\"a\"]", "num"),
          List.of("num in [1, 2", ""),
          List.of("name like 5"),
          List.of("num like \"a%\"", "num"),
          List.of("(num > 1"),
          List.of("num > 1)"),
          List.of("num > 1 and"),
          List.of("and num > 1"),
          List.of("name == \"open"),
          List.of("vec == 1", "vec"),
          List.of("doc[\"a\" == 1"),
          List.of("num + == 3"),
          List.of("name + 1 == 2", "name"),
          List.of("num % 0 == 1"),
          List.of("num"),
          List.of("not num"),
          List.of("num > 1 > 0 < 5 or"),
          List.of("name[\"a\"] == 1", "name"),
          List.of("json_contains(num, 1)", "num"),
          List.of("json_contains(doc[\"a\"])"),
          List.of("json_contains_all(doc[\"a\"], 1)"),
          List.of("exists num", "num"),
          List.of("no_such_function(num)", "no_such_function"),
          List.of("num > {limit}", "limit"),
          List.of("big == 99999999999999999999", "99999999999999999999"),
          List.of("num ; drop"),
          List.of("\u0000"),
          List.of("(".repeat(20_000) + "num > 1" + ")".repeat(20_000)));

  private BadReads() {}

  static List<BadRequest> all() {
    return Stream.of(filters(), queries(), searches(), vectors()).flatMap(List::stream).toList();
  }

  private static List<BadRequest> filters() {
    return FILTERS.stream()
        .map(
            f -> {
              String filter = f.getFirst();
              String shown = filter.length() > 60 ? "20,000 parentheses" : filter;
              return new BadRequest(
                  "query where " + shown,
                  java.util.Set.of(INVALID, FIELD, UNSUPPORTED),
                  f.subList(1, f.size()),
                  s -> s.query(Wire.query("bad", filter, "id").build()).getStatus());
            })
        .toList();
  }

  private static BadRequest query(String what, Map<String, String> params, String... fragments) {
    return refused(
        what,
        INVALID,
        s ->
            s.query(
                    Wire.query("bad", "id >= 0", "id")
                        .addAllQueryParams(Wire.pairs(params))
                        .build())
                .getStatus(),
        fragments);
  }

  private static List<BadRequest> queries() {
    return List.of(
        query("limit 0", Map.of("limit", "0"), "limit", "0"),
        query("limit -2", Map.of("limit", "-2"), "limit", "-2"),
        query("limit 16,385", Map.of("limit", "16385"), "limit", "16385"),
        query("limit ten", Map.of("limit", "ten"), "limit", "ten"),
        query("offset -1", Map.of("limit", "5", "offset", "-1"), "offset", "-1"),
        query("offset too far", Map.of("limit", "5", "offset", "16380"), "offset", "16380"),
        refused(
            "no filter and no limit",
            INVALID,
            s -> s.query(Wire.query("bad", "", "id").build()).getStatus(),
            "limit"),
        either(
            "an unknown output field",
            INVALID,
            FIELD,
            s -> s.query(Wire.query("bad", "id >= 0", "nope").build()).getStatus(),
            "nope"),
        refused(
            "query of no collection",
            COLLECTION,
            s -> s.query(Wire.query("nowhere", "id >= 0", "id").build()).getStatus(),
            "nowhere"),
        refused(
            "query of no partition",
            PARTITION,
            s ->
                s.query(Wire.query("bad", "id >= 0", "id").addPartitionNames("nowhere").build())
                    .getStatus(),
            "nowhere"),
        refused(
            "query in no database",
            DATABASE,
            s -> s.query(Wire.query("bad", "id >= 0", "id").setDbName("nodb").build()).getStatus(),
            "nodb"),
        refused(
            "query of what is not loaded",
            NOT_LOADED,
            s -> s.query(Wire.query("unloaded", "id >= 0", "id").build()).getStatus(),
            "unloaded",
            "not loaded"));
  }

  private static BadRequest search(String what, Map<String, String> params, String... fragments) {
    return either(
        what,
        INVALID,
        FIELD,
        s -> s.search(Wire.search("bad", params).build()).getStatus(),
        fragments);
  }

  private static List<BadRequest> searches() {
    return List.of(
        search("k = 0", Map.of("topk", "0"), "0"),
        search("k = -1", Map.of("topk", "-1"), "-1"),
        search("k = 16,385", Map.of("topk", "16385"), "16385"),
        search("k = many", Map.of("topk", "many"), "many"),
        search("no k", Map.of("topk", ""), "topk"),
        search("offset -1 of a search", Map.of("offset", "-1"), "offset", "-1"),
        search("offset + k too large", Map.of("offset", "16380"), "16380"),
        search("an unknown vector field", Map.of("anns_field", "nope"), "nope"),
        search("a scalar as vector field", Map.of("anns_field", "num"), "num"),
        search("another metric than the index has", Map.of("metric_type", "IP"), "L2", "IP"),
        search("an unknown metric", Map.of("metric_type", "FOO"), "FOO"),
        search("parameters that are no JSON", Map.of("params", "{"), "params"),
        search("a radius that is no number", Map.of("params", "{\"radius\": \"far\"}"), "radius"),
        search(
            "a ring turned inside out",
            Map.of("params", "{\"radius\": 1, \"range_filter\": 2}"),
            "range_filter"),
        search("too many decimals", Map.of("round_decimal", "9"), "round_decimal", "9"),
        either(
            "ef below k",
            INVALID,
            INVALID + 1,
            s ->
                s.search(
                        Wire.search("graph", Map.of("topk", "100", "params", "{\"ef\": 5}"))
                            .build())
                    .getStatus(),
            "ef",
            "5"),
        refused(
            "ef that is no number",
            INVALID,
            s ->
                s.search(Wire.search("graph", Map.of("params", "{\"ef\": \"wide\"}")).build())
                    .getStatus(),
            "ef",
            "wide"),
        either(
            "a bad filter",
            INVALID,
            FIELD,
            s -> s.search(Wire.search("bad", Map.of()).setDsl("nope > 1").build()).getStatus(),
            "nope"),
        either(
            "an unknown output field of a search",
            INVALID,
            FIELD,
            s -> s.search(Wire.search("bad", Map.of()).addOutputFields("nope").build()).getStatus(),
            "nope"),
        refused(
            "search of no collection",
            COLLECTION,
            s -> s.search(Wire.search("nowhere", Map.of()).build()).getStatus(),
            "nowhere"),
        refused(
            "search of no partition",
            PARTITION,
            s ->
                s.search(Wire.search("bad", Map.of()).addPartitionNames("nowhere").build())
                    .getStatus(),
            "nowhere"),
        refused(
            "search of what is not loaded",
            NOT_LOADED,
            s -> s.search(Wire.search("unloaded", Map.of()).build()).getStatus(),
            "unloaded",
            "not loaded"));
  }

  private static BadRequest vector(
      String what, ByteString placeholder, long nq, String... fragments) {
    return refused(
        what,
        INVALID,
        s -> {
          SearchRequest request =
              Wire.search("bad", Map.of()).setPlaceholderGroup(placeholder).setNq(nq).build();
          return s.search(request).getStatus();
        },
        fragments);
  }

  private static List<BadRequest> vectors() {
    PlaceholderValue binary =
        PlaceholderValue.newBuilder()
            .setTag("$0")
            .setType(PlaceholderType.BinaryVector)
            .addValues(ByteString.copyFrom(new byte[2]))
            .build();
    return List.of(
        vector("a query vector of 3", Wire.placeholder(1, 1, 2, 3), 1, "vec", "12", "16"),
        vector("NaN as query", Wire.placeholder(1, 1, 2, Float.NaN, 3), 1, "NaN"),
        vector(
            "infinity as query", Wire.placeholder(1, 1, 2, Float.NEGATIVE_INFINITY, 3), 1, "inf"),
        vector("no query vector", Wire.placeholder(0), 0, "nq"),
        vector("16,385 query vectors", Wire.placeholder(16_385, 1, 2, 3, 4), 16_385, "16385"),
        vector("bytes that are no vectors", ByteString.copyFromUtf8("hello"), 1, "placeholder"),
        vector(
            "a binary vector as query",
            PlaceholderGroup.newBuilder().addPlaceholders(binary).build().toByteString(),
            1,
            "vec"));
  }
}
