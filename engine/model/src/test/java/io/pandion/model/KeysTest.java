package io.pandion.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeysTest {
  private static final String[] CHARACTERS = {
    "a",
    "z",
    "é",
    "\u07ff",
    "\u0800",
    "\ud7ff",
    "\ue000",
    "\uffff",
    "🐟",
    "\ud800\udc00",
    "\udbff\udfff"
  };

  @Test
  void strings_are_ordered_as_their_utf8_bytes() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      String a = text(random);
      String b = text(random);
      int expected =
          Arrays.compareUnsigned(
              a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
      assertThat(Integer.signum(Keys.compare(a, b)))
          .as("seed %d: %s, %s", seed, a, b)
          .isEqualTo(Integer.signum(expected));
      assertThat(Keys.compare(Column.Strings.of(a), 0, Column.Strings.of(b), 0))
          .isEqualTo(Keys.compare((Object) a, (Object) b));
    }
  }

  private static String text(Random random) {
    StringBuilder out = new StringBuilder();
    for (int i = random.nextInt(4); i > 0; i--) {
      out.append(CHARACTERS[random.nextInt(CHARACTERS.length)]);
    }
    return out.toString();
  }
}
