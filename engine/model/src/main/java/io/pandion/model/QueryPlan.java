package io.pandion.model;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A scalar query: rows by filter, in order of the primary key, or their number.
///
/// @param filter null = all rows
/// @param limit rows wanted at most (limit + offset), or -1 = all
/// @param countOnly `count(*)`: only the number of rows
/// @param partitionIds partitions to read; empty = all loaded ones
/// @param outputFields field ids to return; the primary key always is
public record QueryPlan(
    @Nullable Filter filter,
    long limit,
    boolean countOnly,
    Set<Long> partitionIds,
    List<Long> outputFields) {
  public QueryPlan {
    partitionIds = Set.copyOf(partitionIds);
    outputFields = List.copyOf(outputFields);
  }
}
