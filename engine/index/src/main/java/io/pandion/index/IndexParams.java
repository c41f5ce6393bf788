package io.pandion.index;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.model.PandionException.Subject;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Reads the parameters of indexes and searches, in Milvus' words.
///
/// All throw PandionException INVALID_REQUEST that names parameter, value and range.
public final class IndexParams {
  private IndexParams() {}

  /// A whole number, `otherwise` when it is not given.
  public static int integer(
      Map<String, String> params, String name, int from, int to, int otherwise) {
    String text = params.get(name);
    if (text == null) {
      return otherwise;
    }
    long value;
    try {
      value = Long.parseLong(text.strip());
    } catch (NumberFormatException _) {
      throw wrong("param '" + name + "' (" + text + ") should be an integer");
    }
    if (value < from || value > to) {
      throw outOfRange(name, text, "[" + from + ", " + to + "]");
    }
    return (int) value;
  }

  /// A ratio, at least 0 and less than 1; 0 when it is not given.
  public static double ratio(Map<String, String> params, String name) {
    double value = decimal(params, name, 0);
    if (!(value >= 0 && value < 1)) {
      throw outOfRange(name, params.getOrDefault(name, ""), "[0, 1)");
    }
    return value;
  }

  /// The recall that a search must reach by itself, `target_recall`; 0 when it is not given.
  ///
  /// @param replaced the parameters of the search that it chooses, which must not be given too
  public static double targetRecall(Map<String, String> params, List<String> replaced) {
    String text = params.get("target_recall");
    if (text == null) {
      return 0;
    }
    double value = decimal(params, "target_recall", 0);
    if (!(value >= 0.5 && value <= 0.999)) {
      throw outOfRange("target_recall", text, "[0.5, 0.999]");
    }
    for (String name : replaced) {
      if (params.containsKey(name)) {
        throw wrong(
            "param 'target_recall' ("
                + text
                + ") chooses '"
                + name
                + "' itself; give one of them only");
      }
    }
    return value;
  }

  /// A number of at least `from`, `otherwise` when it is not given.
  public static double atLeast(
      Map<String, String> params, String name, double from, double otherwise) {
    double value = decimal(params, name, otherwise);
    if (!(value >= from && value < Double.POSITIVE_INFINITY)) {
      throw outOfRange(name, params.getOrDefault(name, ""), "[" + from + ", infinity)");
    }
    return value;
  }

  /// `true` or `false`, `otherwise` when it is not given.
  public static boolean flag(Map<String, String> params, String name, boolean otherwise) {
    return choice(params, name, List.of("TRUE", "FALSE"), otherwise ? "TRUE" : "FALSE")
        .equals("TRUE");
  }

  /// One of some words in capitals, whatever the case; `otherwise` when it is not given.
  public static String choice(
      Map<String, String> params, String name, List<String> words, String otherwise) {
    String text = params.getOrDefault(name, otherwise).strip();
    String word = text.toUpperCase(Locale.ROOT);
    if (!words.contains(word)) {
      throw wrong("param '" + name + "' (" + text + ") should be one of " + words);
    }
    return word;
  }

  /// What is wrong with a parameter.
  public static PandionException wrong(String message) {
    return new PandionException(Reason.INVALID_REQUEST, Subject.PARAMETER, message);
  }

  private static double decimal(Map<String, String> params, String name, double otherwise) {
    String text = params.get(name);
    if (text == null) {
      return otherwise;
    }
    try {
      return Double.parseDouble(text.strip());
    } catch (NumberFormatException _) {
      throw wrong("param '" + name + "' (" + text + ") should be a number");
    }
  }

  private static PandionException outOfRange(String name, String value, String range) {
    return wrong("param '" + name + "' (" + value + ") out of range: " + range);
  }
}
