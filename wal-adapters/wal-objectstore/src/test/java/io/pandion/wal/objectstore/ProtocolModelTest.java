package io.pandion.wal.objectstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.wal.objectstore.ProtocolModel.Variant;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The protocol keeps what it promises in every state, and each of its rules is needed. Three
/// records a channel, both channels, two take-overs; `-Dpandion.wal.model.records=2` is quicker.
@Timeout(1_800)
class ProtocolModelTest {
  private static final int RECORDS = Integer.getInteger("pandion.wal.model.records", 3);
  private static final int LIMIT = Integer.getInteger("pandion.wal.model.states", 20_000_000);

  @ParameterizedTest
  @EnumSource(
      value = Variant.class,
      names = {"CORRECT", "FENCE_COLLECTED_TERM_READ_AGAIN"})
  void the_protocol_breaks_no_promise_in_any_state(Variant variant) {
    StateSpace.Result result = explore(variant);
    assertThat(result.violation()).as("%s", result.steps()).isEmpty();
    assertThat(result.complete() || RECORDS > 3).as("every state was visited").isTrue();
    assertThat(result.states()).isGreaterThan(100_000);
  }

  @ParameterizedTest
  @EnumSource(
      value = Variant.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"CORRECT", "FENCE_COLLECTED_TERM_READ_AGAIN"})
  void a_protocol_with_one_mistake_is_found_out(Variant variant) {
    StateSpace.Result result = explore(variant);
    assertThat(result.violation()).isNotEmpty();
    assertThat(result.steps()).isNotEmpty();
  }

  private static StateSpace.Result explore(Variant variant) {
    long start = System.nanoTime();
    StateSpace.Result result =
        new StateSpace(new ProtocolModel(variant, RECORDS, 2, 2, 2), LIMIT).explore();
    System.out.printf(
        "%-40s %,d states%s in %.1f s  %s%n",
        variant,
        result.states(),
        result.complete() ? ", all" : "",
        (System.nanoTime() - start) / 1e9,
        result.violation().isEmpty() ? "no violation" : result.violation() + ":");
    int number = 0;
    for (String step : result.steps()) {
      System.out.printf("    %2d. %s%n", ++number, step);
    }
    return result;
  }
}
