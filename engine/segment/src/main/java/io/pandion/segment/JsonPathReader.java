package io.pandion.segment;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.List;

/// Reads one path out of JSON text without building a tree. Text that is not JSON has no paths. Any
/// number of threads.
final class JsonPathReader {
  /// Hears the elements of an array.
  interface Elements {
    /// @return whether to go on
    boolean element(Slot slot);
  }

  private static final JsonFactory JSON = new JsonFactory();

  private final List<Object> steps;

  JsonPathReader(List<Object> steps) {
    this.steps = steps;
  }

  /// The value at the path; unknown when it is missing or null.
  void read(byte[] json, Slot into) {
    into.unknown();
    try (JsonParser parser = JSON.createParser(json)) {
      if (find(parser)) {
        toSlot(parser, into);
      }
    } catch (IOException e) {
      into.unknown();
    }
  }

  /// Walks over the array at the path.
  ///
  /// @return false when there is no array
  boolean forEach(byte[] json, Elements elements) {
    Slot slot = new Slot();
    try (JsonParser parser = JSON.createParser(json)) {
      if (!find(parser) || parser.currentToken() != JsonToken.START_ARRAY) {
        return false;
      }
      while (parser.nextToken() != JsonToken.END_ARRAY && parser.currentToken() != null) {
        toSlot(parser, slot);
        if (!elements.element(slot)) {
          break;
        }
        parser.skipChildren();
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private boolean find(JsonParser parser) throws IOException {
    if (parser.nextToken() == null) {
      return false;
    }
    for (Object step : steps) {
      boolean found =
          step instanceof Integer index
              ? toElement(parser, index)
              : toMember(parser, (String) step);
      if (!found) {
        return false;
      }
    }
    return true;
  }

  private static boolean toMember(JsonParser parser, String name) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      return false;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean found = parser.currentName().equals(name);
      parser.nextToken();
      if (found) {
        return true;
      }
      parser.skipChildren();
    }
    return false;
  }

  private static boolean toElement(JsonParser parser, int index) throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      return false;
    }
    for (int i = 0; ; i++) {
      JsonToken token = parser.nextToken();
      if (token == null || token == JsonToken.END_ARRAY) {
        return false;
      }
      if (i == index) {
        return true;
      }
      parser.skipChildren();
    }
  }

  private static void toSlot(JsonParser parser, Slot into) throws IOException {
    switch (parser.currentToken()) {
      case VALUE_TRUE -> into.set(true);
      case VALUE_FALSE -> into.set(false);
      case VALUE_STRING -> into.set(parser.getText());
      case VALUE_NUMBER_FLOAT -> into.set(parser.getDoubleValue());
      case VALUE_NUMBER_INT -> {
        if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
          into.set(parser.getDoubleValue());
        } else {
          into.set(parser.getLongValue());
        }
      }
      case START_OBJECT, START_ARRAY -> into.other();
      case null, default -> into.unknown();
    }
  }
}
