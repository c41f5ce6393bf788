package io.pandion.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class KeyHashTest {
  @Test
  void hashes_never_change_because_files_depend_on_them() {
    assertThat(KeyHash.hash64(0L)).isEqualTo(0x9ca066f1a4ab2eeaL);
    assertThat(KeyHash.hash64(42L)).isEqualTo(0x2d1c8760f8047fc7L);
    assertThat(KeyHash.hash64("pandion haliaetus")).isEqualTo(0x287bc83755102900L);
    assertThat(KeyHash.hash64("")).isNotEqualTo(KeyHash.hash64("\0"));
  }

  @Test
  void ranges_cover_the_hash_space_without_overlap() {
    for (int shards = 1; shards <= 16; shards++) {
      List<HashRange> ranges = HashRange.split(shards);
      long next = 0;
      for (HashRange range : ranges) {
        assertThat(range.from()).isEqualTo(next);
        next = range.to();
      }
      assertThat(next).isEqualTo(HashRange.SPACE);
    }
  }

  @Test
  void sequential_keys_spread_evenly_over_shards() {
    int[] counts = new int[4];
    Column keys = Column.Longs.of(java.util.stream.LongStream.range(0, 40_000).toArray());
    for (int row = 0; row < keys.size(); row++) {
      counts[(int) (KeyHash.shard(keys, row) * 4 / HashRange.SPACE)]++;
    }
    for (int count : counts) {
      assertThat(count).isBetween(9_500, 10_500);
    }
  }
}
