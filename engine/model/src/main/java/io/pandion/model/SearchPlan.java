package io.pandion.model;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A vector search that every segment understands: names resolved, ranges checked.
///
/// @param k rows wanted per query (limit + offset), 1 .. 16,384
/// @param params index search parameters as given (`ef`, `nprobe` ...), checked by the index
/// @param radius internal score (larger is nearer); only rows with score > radius count; null =
///   none
/// @param rangeFilter internal score; only rows with score <= rangeFilter count; null = none
/// @param partitionIds partitions to search; empty = all loaded ones
/// @param outputFields field ids to return with the winners
public record SearchPlan(
    long vectorField,
    Metric metric,
    QueryVectors queries,
    int k,
    @Nullable Filter filter,
    Map<String, String> params,
    @Nullable Float radius,
    @Nullable Float rangeFilter,
    Set<Long> partitionIds,
    List<Long> outputFields) {
  public SearchPlan {
    params = Map.copyOf(params);
    partitionIds = Set.copyOf(partitionIds);
    outputFields = List.copyOf(outputFields);
  }
}
