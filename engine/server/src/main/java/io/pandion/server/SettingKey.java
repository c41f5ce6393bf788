package io.pandion.server;

import io.pandion.model.PandionException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One key of `pandion.yaml`.
///
/// @param name dotted, such as `server.port`
/// @param kind what values it takes
/// @param standard its default, as it is written in the file
record SettingKey(String name, Kind kind, String standard) {
  /// The environment variable of the key: `PANDION_SERVER_PORT`.
  String environmentName() {
    return "PANDION_"
        + name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").replace('.', '_').toUpperCase(Locale.ROOT);
  }

  /// The value in its unit, or an error that names the key, the value, where it stands, and the
  /// range.
  Object parse(String text, String source) {
    Object value = kind.parse(text.strip());
    if (value == null) {
      throw new PandionException(
          PandionException.Reason.INVALID_REQUEST,
          PandionException.Subject.PARAMETER,
          "setting '" + name + "' is '" + text + "' in " + source + ", expected " + kind.range());
    }
    return value;
  }

  /// What values a key takes.
  sealed interface Kind {
    /// The value, or null when the text is none of them.
    @org.jspecify.annotations.Nullable
    Object parse(String text);

    /// The values in words.
    String range();
  }

  /// Any text that the pattern matches.
  record Text(Pattern pattern, String range) implements Kind {
    @Override
    public @org.jspecify.annotations.Nullable Object parse(String text) {
      return pattern.matcher(text).matches() ? text : null;
    }
  }

  /// One of some words.
  record Choice(List<String> words) implements Kind {
    @Override
    public @org.jspecify.annotations.Nullable Object parse(String text) {
      String word = text.toLowerCase(Locale.ROOT);
      return words.contains(word) ? word : null;
    }

    @Override
    public String range() {
      return (words.size() == 1 ? "" : "one of ") + String.join(", ", words);
    }
  }

  /// A whole number with a unit behind it.
  ///
  /// @param units by suffix, what one of it is worth; the empty suffix stands for a bare number
  record Amount(long min, long max, Map<String, Long> units, String what) implements Kind {
    private static final Pattern FORM = Pattern.compile("(-?[0-9]{1,18}) ?([A-Za-z]*)");
    private static final Map<String, Long> BYTES =
        Map.of("", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);
    private static final Map<String, Long> MILLIS =
        Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

    static Amount count(long min, long max) {
      return new Amount(min, max, Map.of("", 1L), "a whole number");
    }

    static Amount bytes(long min, long max) {
      return new Amount(min, max, BYTES, "bytes (KiB, MiB, GiB)");
    }

    static Amount time(long minMillis, long maxMillis) {
      return new Amount(minMillis, maxMillis, MILLIS, "a time with its unit (ms, s, m, h, d)");
    }

    @Override
    public @org.jspecify.annotations.Nullable Object parse(String text) {
      Matcher matcher = FORM.matcher(text);
      if (!matcher.matches()) {
        return null;
      }
      Long unit = units.get(matcher.group(2));
      if (unit == null) {
        return null;
      }
      long value;
      try {
        value = Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
      } catch (ArithmeticException e) {
        return null;
      }
      return value >= min && value <= max ? (Object) value : null;
    }

    @Override
    public String range() {
      return what + " from " + inUnit(min) + " to " + inUnit(max);
    }

    private String inUnit(long value) {
      String name = units.containsKey("") ? "" : "ms";
      long best = 1;
      for (Map.Entry<String, Long> unit : units.entrySet()) {
        if (value != 0 && value % unit.getValue() == 0 && unit.getValue() > best) {
          best = unit.getValue();
          name = unit.getKey();
        }
      }
      return value / best + name;
    }
  }
}
