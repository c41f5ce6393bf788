package io.pandion.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.cluster.Distribution;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ShardViewTest {
  private static ShardView serving(boolean loaded, boolean whole, Set<Long> partitions) {
    return new ShardView(
        List.of(), new Distribution(1, loaded, whole, partitions, List.of(), Set.of()));
  }

  @Test
  void a_partition_that_is_still_loading_cannot_be_read_beside_one_that_is_loaded() {
    ShardView view = serving(true, false, Set.of(1L));
    assertThat(view.serves(Set.of(1L))).isTrue();
    assertThat(view.serves(Set.of(1L, 2L))).isFalse();
    assertThat(view.serves(Set.of())).isTrue();
  }

  @Test
  void a_whole_collection_serves_every_partition_and_a_released_one_none() {
    assertThat(serving(true, true, Set.of()).serves(Set.of(1L, 2L))).isTrue();
    assertThat(serving(false, false, Set.of()).serves(Set.of())).isFalse();
  }
}
