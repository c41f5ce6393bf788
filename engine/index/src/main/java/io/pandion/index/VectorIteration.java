package io.pandion.index;

/// A search that goes on: each step gives further rows, none twice. What it knows it keeps, so that
/// a step costs little more than what is new. One thread at a time.
public interface VectorIteration {
  /// Adds the next best rows, as many as `into` was reset to; not sorted. Fewer only when no
  /// further row is accepted and in range.
  void next(TopK into);
}
