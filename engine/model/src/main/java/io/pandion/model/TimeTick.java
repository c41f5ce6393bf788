package io.pandion.model;

/// Hybrid timestamps as Milvus has them: milliseconds since 1970 shifted left by 18 bits, plus a
/// logical counter. Unsigned order equals signed order until the year 5190.
public final class TimeTick {
  public static final int LOGICAL_BITS = 18;
  public static final int LOGICAL_MASK = (1 << LOGICAL_BITS) - 1;

  private TimeTick() {}

  public static long of(long millis, int logical) {
    return (millis << LOGICAL_BITS) | logical;
  }

  public static long millis(long tick) {
    return tick >>> LOGICAL_BITS;
  }

  public static int logical(long tick) {
    return (int) tick & LOGICAL_MASK;
  }
}
