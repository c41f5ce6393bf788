package io.pandion.wal.objectstore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Visits every state of a model, breadth first, so that the first violation found has the fewest
/// steps. A state is two longs; 24 bytes are kept of each.
final class StateSpace {
  /// A step with the state it leads to.
  record Step(String name, long high, long low) {}

  /// What is explored.
  interface Model {
    Step first();

    List<Step> next(long high, long low);

    /// What is wrong with a state, if anything.
    Optional<String> violation(long high, long low);
  }

  /// What was found.
  ///
  /// @param complete whether every state was visited
  /// @param violation empty when there is none
  /// @param steps to the violation
  record Result(int states, boolean complete, String violation, List<String> steps) {}

  private final Model model;
  private final int limit;
  private long[] high = new long[1 << 16];
  private long[] low = new long[1 << 16];
  private int[] parent = new int[1 << 16];
  private int[] table = new int[1 << 18];
  private int count;

  StateSpace(Model model, int limit) {
    this.model = model;
    this.limit = limit;
  }

  Result explore() {
    add(model.first(), -1);
    for (int at = 0; at < count; at++) {
      Optional<String> wrong = model.violation(high[at], low[at]);
      if (wrong.isPresent()) {
        return new Result(count, false, wrong.get(), trace(at));
      }
      for (Step step : model.next(high[at], low[at])) {
        add(step, at);
      }
      if (count >= limit) {
        return new Result(count, false, "", List.of());
      }
    }
    return new Result(count, true, "", List.of());
  }

  private void add(Step step, int from) {
    int place = place(table, step.high, step.low);
    if (table[place] != 0) {
      return;
    }
    if (count == high.length) {
      high = Arrays.copyOf(high, count * 2);
      low = Arrays.copyOf(low, count * 2);
      parent = Arrays.copyOf(parent, count * 2);
    }
    high[count] = step.high;
    low[count] = step.low;
    parent[count] = from;
    table[place] = ++count;
    if (count * 2 > table.length) {
      int[] wider = new int[table.length * 2];
      for (int i = 0; i < count; i++) {
        wider[place(wider, high[i], low[i])] = i + 1;
      }
      table = wider;
    }
  }

  private int place(int[] in, long h, long l) {
    long mixed = (h * 0x9E3779B97F4A7C15L ^ l) * 0xBF58476D1CE4E5B9L;
    int at = (int) (mixed >>> 33) & (in.length - 1);
    while (in[at] != 0 && (high[in[at] - 1] != h || low[in[at] - 1] != l)) {
      at = (at + 1) & (in.length - 1);
    }
    return at;
  }

  private List<String> trace(int end) {
    List<String> out = new ArrayList<>();
    for (int at = end; parent[at] >= 0; at = parent[at]) {
      int from = parent[at];
      int to = at;
      out.add(
          model.next(high[from], low[from]).stream()
              .filter(s -> s.high == high[to] && s.low == low[to])
              .findFirst()
              .orElseThrow()
              .name());
    }
    return out.reversed();
  }
}
