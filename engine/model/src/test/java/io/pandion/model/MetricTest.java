package io.pandion.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MetricTest {
  @Test
  void clients_see_squared_distances_and_no_negative_zero() {
    assertThat(Float.floatToRawIntBits(Metric.L2.toClient(0f))).isZero();
    assertThat(Float.floatToRawIntBits(Metric.L2.toClient(-0f))).isZero();
    assertThat(Metric.L2.toClient(-2.5f)).isEqualTo(2.5f);
    assertThat(Metric.IP.toClient(-2.5f)).isEqualTo(-2.5f);
    assertThat(Metric.COSINE.toClient(0.5f)).isEqualTo(0.5f);
  }

  @Test
  void what_clients_give_comes_back_to_them() {
    for (Metric metric : Metric.values()) {
      assertThat(metric.toClient(metric.fromClient(7.25f))).isEqualTo(7.25f);
    }
  }

  @Test
  void a_metric_of_other_vectors_is_refused_by_name() {
    assertThatThrownBy(() -> Metric.of("HAMMING")).hasMessageContaining("'HAMMING'");
  }
}
