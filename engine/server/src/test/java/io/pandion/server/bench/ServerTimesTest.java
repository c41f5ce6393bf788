package io.pandion.server.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.PandionException;
import org.junit.jupiter.api.Test;

class ServerTimesTest {
  private static String metrics(int searches, double each) {
    StringBuilder out = new StringBuilder("# HELP pandion_search_seconds_sum is no line of it\n");
    out.append("process_cpu_time_ns_total ").append(searches * each * 1e9).append('\n');
    out.append("pandion_search_seconds_count ").append(searches).append('\n');
    out.append("pandion_search_seconds_sum ").append(searches * each * 10).append('\n');
    for (String stage : new String[] {"plan", "segment", "queue"}) {
      line(out, stage, searches * each);
    }
    line(out, "shards", searches * each * 5);
    return out.toString();
  }

  private static void line(StringBuilder out, String stage, double seconds) {
    out.append("pandion_search_stage_seconds_sum{stage=\"").append(stage).append("\"} ");
    out.append(seconds).append('\n');
  }

  @Test
  void what_was_spent_between_two_moments_is_told_by_search() {
    ServerTimes before = ServerTimes.parse(metrics(100, 2e-6));
    ServerTimes spent = ServerTimes.parse(metrics(300, 4e-6)).since(before);
    // 1200 - 200 = 1000 microseconds of one part, 5 a search
    assertThat(spent.searches()).isEqualTo(200);
    assertThat(spent.micros("plan", "queue")).isEqualTo(10.0, within());
    assertThat(spent.indexMicros()).isEqualTo(5.0, within());
    assertThat(spent.mergeMicros()).isEqualTo(15.0, within());
    assertThat(spent.protocolMicros()).isEqualTo(20.0, within());
    assertThat(spent.row()).isEqualTo("5 | 50 | 5 | 15 | 5 | 5 | 20");
  }

  private static org.assertj.core.data.Offset<Double> within() {
    return org.assertj.core.data.Offset.offset(1e-6);
  }

  @Test
  void metrics_of_another_program_are_refused() {
    assertThatThrownBy(() -> ServerTimes.parse("up 1\n"))
        .isInstanceOf(PandionException.class)
        .hasMessageContaining("no times of searches");
  }
}
