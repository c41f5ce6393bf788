package io.pandion.wal.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ReignOffsetsRandomTest {
  private static final long SEED = Long.getLong("seed", System.nanoTime());

  @Test
  void every_message_is_found_where_it_lies() {
    System.out.println("ReignOffsetsRandomTest -Dseed=" + SEED);
    Random random = new Random(SEED);
    for (int run = 0; run < 300; run++) {
      long first = 1L + random.nextInt(1_000);
      ReignOffsets offsets = new ReignOffsets();
      List<Long> at = new ArrayList<>();
      List<Boolean> anchored = new ArrayList<>();
      long offset = random.nextInt(1_000);
      boolean anchor = true;
      int count = 1 + random.nextInt(60);
      for (int i = 0; i < count; i++) {
        // now and then others write, or a message has several parts
        offset += random.nextInt(6) == 0 ? 1 + random.nextInt(4) : 1;
        anchor = random.nextInt(8) == 0 ? !anchor : anchor;
        at.add(offset);
        anchored.add(anchor);
        offsets.add(first + i, offset, anchor);
      }
      assertThat(offsets.offset(first - 1)).isEqualTo(-1);
      assertThat(offsets.offset(first + count)).isEqualTo(-1);
      int kept = random.nextInt(count);
      if (random.nextBoolean()) {
        offsets.forgetBefore(at.get(kept));
      } else {
        kept = 0;
      }
      for (int i = kept; i < count; i++) {
        assertThat(offsets.offset(first + i)).isEqualTo(at.get(i));
        int start = i;
        while (start >= kept && !anchored.get(start)) {
          start--;
        }
        if (start >= kept) {
          assertThat(offsets.anchoredAtOrBelow(first + i)).isEqualTo(at.get(start));
        }
      }
    }
  }
}
