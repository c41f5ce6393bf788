package io.pandion.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class LikePatternTest {
  private static final String[] LETTERS = {"a", "b", "🦅", "%", "_", "\\"};

  /// Every pattern is a regular expression, too.
  private static Pattern regex(String like) {
    StringBuilder out = new StringBuilder();
    int[] points = like.codePoints().toArray();
    for (int i = 0; i < points.length; i++) {
      switch (points[i]) {
        case '%' -> out.append(".*");
        case '_' -> out.append('.');
        case '\\' ->
            out.append(Pattern.quote(Character.toString(points[i + 1 < points.length ? ++i : i])));
        default -> out.append(Pattern.quote(Character.toString(points[i])));
      }
    }
    return Pattern.compile(out.toString(), Pattern.DOTALL);
  }

  private static String random(Random random, int length) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < length; i++) {
      out.append(LETTERS[random.nextInt(LETTERS.length)]);
    }
    return out.toString();
  }

  @Test
  void it_matches_what_the_regular_expression_matches() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("-Dseed=" + seed);
    Random random = new Random(seed);
    int matched = 0;
    for (int i = 0; i < 50_000; i++) {
      String like = random(random, random.nextInt(8));
      String text = random(random, random.nextInt(10));
      boolean expected = regex(like).matcher(text).matches();
      matched += expected ? 1 : 0;
      assertThat(new LikePattern(like).matches(text))
          .as("'%s' like '%s', seed %d", text, like, seed)
          .isEqualTo(expected);
    }
    assertThat(matched).isGreaterThan(1_000);
  }

  /// As a regular expression this takes longer than the world stands.
  @Test
  @Timeout(value = 30, unit = TimeUnit.SECONDS)
  void many_runs_do_not_explode() {
    LikePattern like = new LikePattern("%a".repeat(500) + "%b");
    assertThat(like.matches("a".repeat(60_000))).isFalse();
    assertThat(like.matches("a".repeat(60_000) + "b")).isTrue();
  }
}
