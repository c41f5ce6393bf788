package io.pandion.model;

/// A run of ticks handed to one allocator: `first`, `first + 1`, … `first + count - 1`.
///
/// Ranges never overlap, and a range allocated after another lies wholly above it.
public record TickRange(long first, int count) {
  public long end() {
    return first + count;
  }
}
