package io.pandion.wal.objectstore.sim;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Map;
import java.util.TreeMap;

/// The log's entries in the meta store as they are, and what was asked to be truncated by those who
/// owned a channel then.
final class ChannelEntries {
  private static final String CHANNEL = "objectwal/channel/";
  private static final String STREAM = "objectwal/stream/";
  private static final ObjectMapper JSON = JsonMapper.builder().build();

  private final Map<String, JsonNode> channels = new TreeMap<>();
  private final Map<String, JsonNode> streams = new TreeMap<>();
  private final Map<String, Long> truncated = new TreeMap<>();
  private final Map<Integer, Long> asked = new TreeMap<>();

  void see(Happening happening) {
    switch (happening) {
      case Happening.Committed c -> put(c.key(), c.value());
      case Happening.Truncating t -> {
        asked.merge(t.log().handle(), t.below(), Math::max);
        if (opening(t.log().channel()) == t.log().opening()) {
          truncated.merge(t.log().channel(), t.below(), Math::max);
        }
      }
      default -> {}
    }
  }

  private void put(String key, String value) {
    boolean channel = key.startsWith(CHANNEL);
    Map<String, JsonNode> entries = channel ? channels : streams;
    String name = key.substring((channel ? CHANNEL : STREAM).length());
    try {
      if (value.isEmpty()) {
        entries.remove(name);
      } else {
        entries.put(name, JSON.readTree(value));
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  Map<String, JsonNode> channels() {
    return channels;
  }

  JsonNode channel(String channel) {
    return channels.getOrDefault(channel, MissingNode.getInstance());
  }

  JsonNode stream(String stream) {
    return streams.getOrDefault(stream, MissingNode.getInstance());
  }

  /// Whether a key is that of a channel or a stream.
  static boolean has(String key) {
    return isChannel(key) || key.startsWith(STREAM);
  }

  static boolean isChannel(String key) {
    return key.startsWith(CHANNEL);
  }

  static String name(String key) {
    return key.substring((isChannel(key) ? CHANNEL : STREAM).length());
  }

  /// Number of the latest opening.
  long opening(String channel) {
    return channel(channel).path("opening").asLong(0);
  }

  /// Messages from here on must stay.
  long truncated(String channel) {
    return truncated.getOrDefault(channel, 1L);
  }

  /// Messages from here on a log must show: who asked to truncate may be believed by his own log
  /// though he was replaced.
  long truncated(Happening.Opened log) {
    return Math.max(truncated(log.channel()), asked.getOrDefault(log.handle(), 1L));
  }
}
