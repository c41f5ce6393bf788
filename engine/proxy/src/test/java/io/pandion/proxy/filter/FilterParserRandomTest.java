package io.pandion.proxy.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.model.Filter;
import io.pandion.model.PandionException;
import io.pandion.proxy.filter.RandomLiterals.Expression;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Random expressions, right and wrong, parsed and evaluated by a segment.
class FilterParserRandomTest {
  private static final List<String> TOKENS =
      List.of(
          "(",
          ")",
          "[",
          "]",
          "{",
          "}",
          ",",
          "$",
          "$meta",
          "==",
          "=",
          "!=",
          "<",
          ">=",
          "+",
          "-",
          "*",
          "**",
          "/",
          "%",
          "~",
          "&",
          "|",
          "<<",
          "=~",
          "!",
          "not ",
          " and ",
          " or ",
          " in ",
          " like ",
          "exists ",
          " is null",
          " is not null",
          "true",
          "1",
          "0",
          "1.5",
          "9e99",
          "0x",
          "'",
          "\"",
          "\\",
          "r'",
          "id",
          "name",
          "doc",
          "vec",
          "small",
          "wide",
          "real",
          "flag",
          "json_contains(",
          "text_match(",
          "\u0000",
          "\uD83D",
          "\u00e9",
          "\n");

  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final RandomRows rows = new RandomRows(random, 80);

  @BeforeEach
  void print_the_seed() {
    System.out.println("seed " + seed);
  }

  @Test
  void what_is_parsed_means_what_was_written() {
    int found = 0;
    for (int i = 0; i < 4000; i++) {
      RandomExpressions expressions = new RandomExpressions(random);
      Expression e = expressions.condition(random.nextInt(4));
      List<Long> yes = new ArrayList<>();
      List<Long> no = new ArrayList<>();
      for (Map<String, @Nullable Object> row : rows.all()) {
        Object truth = e.of(row);
        if (truth != null) {
          ((Boolean) truth ? yes : no).add((Long) row.get("id"));
        }
      }
      assertThat(find(e.text(), expressions)).as("%s (seed %s)", e.text(), seed).isEqualTo(yes);
      String negated = "not (" + e.text() + ")";
      assertThat(find(negated, expressions)).as("%s (seed %s)", negated, seed).isEqualTo(no);
      found += yes.size();
    }
    assertThat(found).as("the rows are not all unknown").isGreaterThan(10_000);
  }

  private List<Long> find(String text, RandomExpressions expressions) {
    return rows.find(FilterParser.parse(text, RandomRows.SCHEMA, expressions.templates()));
  }

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void whatever_text_comes_is_either_evaluated_or_refused() {
    Map<PandionException.Reason, Integer> refused = new HashMap<>();
    int evaluated = 0;
    for (int i = 0; i < 20_000; i++) {
      RandomExpressions expressions = new RandomExpressions(random);
      String text = mutated(expressions.condition(random.nextInt(4)).text());
      try {
        Filter filter = FilterParser.parse(text, RandomRows.SCHEMA, expressions.templates());
        rows.find(filter);
        evaluated++;
      } catch (PandionException e) {
        assertThat(e).as(text).hasMessageStartingWith("cannot parse expression: ");
        refused.merge(e.reason(), 1, Integer::sum);
      } catch (RuntimeException | StackOverflowError e) {
        throw new AssertionError(text + " (seed " + seed + ")", e);
      }
    }
    assertThat(evaluated).isGreaterThan(1000);
    assertThat(refused.keySet())
        .containsExactlyInAnyOrder(
            PandionException.Reason.INVALID_REQUEST, PandionException.Reason.UNSUPPORTED);
  }

  private String mutated(String text) {
    StringBuilder out = new StringBuilder(text);
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at = random.nextInt(out.length() + 1);
      String token = TOKENS.get(random.nextInt(TOKENS.size()));
      switch (random.nextInt(4)) {
        case 0 -> out.insert(at, token);
        case 1 -> out.delete(at, Math.min(out.length(), at + 1 + random.nextInt(4)));
        case 2 -> out.replace(at, Math.min(out.length(), at + 1 + random.nextInt(3)), token);
        default -> {
          int end = Math.min(out.length(), at + random.nextInt(30));
          out.insert(random.nextInt(out.length() + 1), out.substring(at, end));
        }
      }
    }
    return out.toString();
  }
}
