package io.pandion.proxy;

import io.pandion.model.Metric;
import io.pandion.model.PandionException;
import io.pandion.protocol.KeyValuePair;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The `search_params` of a search. SDKs of 2.6 send the index's parameters twice, in the JSON
/// object `params` and at the top level; both are read, `params` wins.
///
/// @param vectorField name of the field, empty = the only one
/// @param metric as the client named it, empty = the index's
/// @param decimals to round scores to, -1 = all
/// @param index parameters for the index (`ef` …)
/// @param iterator null for an ordinary search
record SearchParams(
    String vectorField,
    int limit,
    int offset,
    String metric,
    int decimals,
    @Nullable Float radius,
    @Nullable Float rangeFilter,
    Map<String, String> index,
    @Nullable Iterator iterator) {
  static final int MAX_WINDOW = 16_384;
  private static final int MAX_DECIMALS = 6;

  /// Names that are not for the index.
  private static final Set<String> OWN =
      Set.of(
          "anns_field",
          "topk",
          "limit",
          "offset",
          "metric_type",
          "round_decimal",
          "ignore_growing",
          "params",
          "radius",
          "range_filter",
          "timezone",
          "hints",
          "collection_id",
          "iterator",
          "search_iter_v2",
          "search_iter_batch_size",
          "search_iter_last_bound",
          "search_iter_id",
          "guarantee_timestamp",
          "page_retain_order",
          "reduce_stop_for_best",
          "strict_group_size",
          "group_size");

  private static final Set<String> REFUSED =
      Set.of("group_by_field", "json_path", "json_type", "strict_cast", "order_by_fields");

  /// A search iterator (version 2) that asks for its next batch.
  ///
  /// @param lastBound score of the last hit of the batch before, null at the start
  /// @param token of the iterator, empty at the start
  /// @param snapshot tick that its first step answered, 0 at the start
  record Iterator(int batch, @Nullable Float lastBound, String token, long snapshot) {}

  /// @throws PandionException INVALID_REQUEST, UNSUPPORTED
  static SearchParams parse(List<KeyValuePair> pairs) {
    Map<String, String> all = Catalog.map(pairs);
    Map<String, String> nested = JsonText.entries("params", all.getOrDefault("params", ""));
    nested.forEach(
        (name, value) -> {
          if (!OWN.contains(name) || name.equals("radius") || name.equals("range_filter")) {
            all.put(name, value);
          } else {
            all.putIfAbsent(name, value);
          }
        });
    for (String name : REFUSED) {
      if (!all.getOrDefault(name, "").isEmpty()) {
        throw PandionException.unsupported("search parameter '" + name + "' is not supported");
      }
    }
    Iterator iterator = iterator(all);
    int limit = iterator != null ? iterator.batch() : limit(all);
    int offset = integer(all, "offset", 0);
    if (offset < 0 || limit + (long) offset > MAX_WINDOW) {
      throw PandionException.invalid(
          "offset ["
              + offset
              + "] is invalid: limit + offset must be at most "
              + MAX_WINDOW
              + ", the limit is "
              + limit);
    }
    Map<String, String> index = new LinkedHashMap<>(all);
    index.keySet().removeAll(OWN);
    index.keySet().removeAll(REFUSED);
    return new SearchParams(
        all.getOrDefault("anns_field", ""),
        limit,
        offset,
        all.getOrDefault("metric_type", ""),
        decimals(all),
        real(all, "radius"),
        real(all, "range_filter"),
        index,
        iterator);
  }

  private static int limit(Map<String, String> all) {
    String name = all.containsKey("topk") ? "topk" : "limit";
    if (!all.containsKey(name)) {
      throw PandionException.invalid("topk not found in search_params");
    }
    return window(all, name);
  }

  private static int window(Map<String, String> all, String name) {
    int value = integer(all, name, 0);
    if (value < 1 || value > MAX_WINDOW) {
      throw PandionException.invalid(
          name + " [" + value + "] is invalid, it should be in range [1, " + MAX_WINDOW + "]");
    }
    return value;
  }

  private static @Nullable Iterator iterator(Map<String, String> all) {
    if (!flag(all, "iterator")) {
      return null;
    }
    if (!flag(all, "search_iter_v2")) {
      throw PandionException.unsupported(
          "search iterators of version 1 are not supported: set search_iter_v2");
    }
    return new Iterator(
        window(all, "search_iter_batch_size"),
        real(all, "search_iter_last_bound"),
        all.getOrDefault("search_iter_id", ""),
        number(all, "guarantee_timestamp", 0));
  }

  /// @throws PandionException INVALID_REQUEST when it is no integer
  static long number(Map<String, String> all, String name, long absent) {
    String text = all.getOrDefault(name, "").strip();
    try {
      return text.isEmpty() ? absent : Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw PandionException.invalid(name + " [" + text + "] is invalid: it must be an integer");
    }
  }

  static boolean flag(Map<String, String> all, String name) {
    return all.getOrDefault(name, "false").toLowerCase(Locale.ROOT).equals("true");
  }

  private static int decimals(Map<String, String> all) {
    int decimals = integer(all, "round_decimal", -1);
    if (decimals < -1 || decimals > MAX_DECIMALS) {
      throw PandionException.invalid(
          "round_decimal [" + decimals + "] is invalid, it should be -1 or in range [0, 6]");
    }
    return decimals;
  }

  private static int integer(Map<String, String> all, String name, int absent) {
    String text = all.getOrDefault(name, "").strip();
    if (text.isEmpty()) {
      return absent;
    }
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw PandionException.invalid(name + " [" + text + "] is invalid: it must be an integer");
    }
  }

  private static @Nullable Float real(Map<String, String> all, String name) {
    String text = all.getOrDefault(name, "").strip();
    if (text.isEmpty()) {
      return null;
    }
    try {
      float value = Float.parseFloat(text);
      if (!Float.isNaN(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // reported below with the value
    }
    throw PandionException.invalid(name + " [" + text + "] is invalid: it must be a number");
  }

  /// The bounds of the scores as the segments know them: above the first, at or below the second.
  ///
  /// @throws PandionException INVALID_REQUEST when no score can lie between them
  @Nullable Float lower(Metric metric) {
    Float from = radius;
    Float to = rangeFilter;
    if (from != null && to != null && metric.fromClient(to) <= metric.fromClient(from)) {
      throw PandionException.invalid(
          "range_filter ["
              + to
              + "] must be "
              + (metric.largerIsNearer() ? "greater" : "less")
              + " than radius ["
              + from
              + "] for metric type "
              + metric);
    }
    return from == null ? null : (Float) metric.fromClient(from);
  }

  /// The upper bound; a next batch of an iterator starts just beyond the last one's end.
  @Nullable Float upper(Metric metric) {
    Float given = rangeFilter;
    Float upper = given == null ? null : (Float) metric.fromClient(given);
    Float last = iterator == null ? null : iterator.lastBound();
    if (last == null) {
      return upper;
    }
    float beyond = Math.nextDown(metric.fromClient(last));
    return upper == null ? beyond : (Float) Math.min(upper, beyond);
  }
}
