package io.pandion.proxy;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pandion.model.PandionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// JSON as clients send and get it: UTF-8 text. Any number of threads.
final class JsonText {
  static final int MAX_BYTES = 65_536;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private JsonText() {}

  /// Why the bytes are not one JSON value, or null when they are.
  static @Nullable String fault(byte[] text) {
    try (JsonParser parser = MAPPER.createParser(text)) {
      if (parser.nextToken() == null) {
        return "it is empty";
      }
      parser.skipChildren();
      return parser.nextToken() == null ? null : "something follows the value";
    } catch (JsonProcessingException e) {
      return e.getOriginalMessage();
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  static boolean isObject(byte[] text) {
    try (JsonParser parser = MAPPER.createParser(text)) {
      return parser.nextToken() == JsonToken.START_OBJECT;
    } catch (IOException e) {
      return false;
    }
  }

  /// The keys of an object; the text was checked before.
  static List<String> keys(byte[] object) {
    List<String> keys = new ArrayList<>();
    try (JsonParser parser = MAPPER.createParser(object)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        keys.add(parser.currentName());
        parser.nextToken();
        parser.skipChildren();
      }
      return keys;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// An object's fields; the text was checked before.
  static ObjectNode object(byte[] text) {
    return (ObjectNode) read(text);
  }

  /// A value; the text was checked before.
  static JsonNode read(byte[] text) {
    try {
      return MAPPER.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ObjectNode emptyObject() {
    return MAPPER.createObjectNode();
  }

  static byte[] write(JsonNode node) {
    try {
      return MAPPER.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The object with only some of its keys.
  static byte[] only(byte[] object, Collection<String> keys) {
    return write(object(object).retain(keys));
  }

  /// The entries of an object as text: strings bare, all else as JSON.
  ///
  /// @throws PandionException INVALID_REQUEST when it is not an object
  static Map<String, String> entries(String name, String text) {
    Map<String, String> out = new LinkedHashMap<>();
    if (text.isBlank()) {
      return out;
    }
    JsonNode root;
    try {
      root = MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw PandionException.invalid(
          "'" + name + "' is not JSON: " + e.getOriginalMessage() + "; given: " + text);
    }
    if (!root.isObject()) {
      throw PandionException.invalid("'" + name + "' must be a JSON object; given: " + text);
    }
    root.properties()
        .forEach(
            entry ->
                out.put(
                    entry.getKey(),
                    entry.getValue().isTextual()
                        ? entry.getValue().asText()
                        : entry.getValue().toString()));
    return out;
  }
}
