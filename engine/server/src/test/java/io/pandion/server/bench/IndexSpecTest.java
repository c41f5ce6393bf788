package io.pandion.server.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.PandionException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IndexSpecTest {
  @Test
  void it_names_the_type_its_parameters_and_the_searches() {
    IndexSpec spec = IndexSpec.of("SCANN,nlist=512@target_recall=0.95|reorder_k=120;nprobe=96");
    assertThat(spec.type()).isEqualTo("SCANN");
    assertThat(spec.params()).isEqualTo(Map.of("nlist", "512"));
    assertThat(spec.points()).hasSize(2);
    assertThat(IndexSpec.json(spec.points().get(0))).isEqualTo("{\"target_recall\": \"0.95\"}");
    assertThat(IndexSpec.text(spec.points().get(1))).isEqualTo("nprobe=96;reorder_k=120");
    assertThat(spec.label()).isEqualTo("SCANN, nlist 512");
  }

  @ParameterizedTest
  @ValueSource(strings = {"HNSW,M=16", "HNSW@", "HNSW,M@ef=16", "HNSW,M=16@ef", "HNSW@ef=16|"})
  void what_is_not_understood_is_refused_with_its_text(String text) {
    assertThatThrownBy(() -> IndexSpec.of(text))
        .isInstanceOf(PandionException.class)
        .hasMessageContaining("--index '" + text + "'")
        .hasMessageContaining("such as");
  }
}
