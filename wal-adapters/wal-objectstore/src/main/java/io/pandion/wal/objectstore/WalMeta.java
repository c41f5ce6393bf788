package io.pandion.wal.objectstore;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pandion.meta.MetaEntry;
import io.pandion.meta.MetaStore;
import io.pandion.meta.MetaTransaction;
import io.pandion.model.PandionException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// The log's entries in the meta store: `objectwal/channel/{channel}` and
/// `objectwal/stream/{stream}`, as JSON. Every write is a compare-and-set. Any number of threads.
class WalMeta {
  static final String CHANNELS = "objectwal/channel/";
  static final String STREAMS = "objectwal/stream/";

  private final MetaStore store;
  private final ObjectMapper json = JsonMapper.builder().build();

  WalMeta(MetaStore store) {
    this.store = store;
  }

  /// The channel as it is.
  ChannelRecord channel(String channel) {
    return store
        .get(CHANNELS + channel)
        .map(e -> read(e, ChannelRecord.class))
        .orElse(ChannelRecord.NEW);
  }

  Map<String, ChannelRecord> channels() {
    Map<String, ChannelRecord> out = new LinkedHashMap<>();
    for (MetaEntry entry : store.list(CHANNELS)) {
      out.put(entry.key().substring(CHANNELS.length()), read(entry, ChannelRecord.class));
    }
    return out;
  }

  /// Whether no log is known.
  boolean isEmpty() {
    return store.list(CHANNELS).isEmpty() && store.list(STREAMS).isEmpty();
  }

  Optional<SeenStream> stream(String stream) {
    return store
        .get(STREAMS + stream)
        .map(e -> new SeenStream(read(e, StreamRecord.class), e.revision()));
  }

  /// Writes a stream's entry if it was not written since it was seen.
  boolean replace(String stream, SeenStream seen, StreamRecord next) {
    String key = STREAMS + stream;
    return store.commit(
        new MetaTransaction().ifRevision(key, seen.revision()).put(key, write(next)));
  }

  /// Makes a term the channel's own: the first step of every opening. What the answer says of
  /// extents is what the owner before can not change any more.
  ///
  /// @throws PandionException FENCED when a higher term is known
  ///
  /// @param firstSeq of a channel that is not known yet
  ChannelRecord raise(String channel, long term, String node, long firstSeq) {
    while (true) {
      Optional<MetaEntry> entry = store.get(CHANNELS + channel);
      ChannelRecord now =
          entry
              .map(e -> read(e, ChannelRecord.class))
              .orElseGet(() -> ChannelRecord.startingAt(firstSeq));
      if (now.term() > term) {
        throw fenced(channel, term, now);
      }
      ChannelRecord next = now.raise(term, node);
      MetaTransaction transaction = guard(CHANNELS + channel, entry);
      if (store.commit(transaction.put(CHANNELS + channel, write(next)))) {
        return next;
      }
    }
  }

  /// What becomes of a stream's entry together with a channel's.
  interface StreamChange {
    /// @param now empty when the stream is not known
    /// @param node that owns the channel
    /// @return null when the stream is not fit for the change: then nothing is changed at all
    @Nullable StreamRecord apply(Optional<StreamRecord> now, String node);
  }

  /// A stream's entry as it was read.
  record SeenStream(StreamRecord record, long revision) {}

  /// Changes a channel if the opening still owns it.
  ///
  /// @throws PandionException FENCED when another opening owns the channel
  void change(String channel, long term, long opening, UnaryOperator<ChannelRecord> change) {
    Optional<ChannelRecord> _ = change(channel, term, opening, change, Map.of());
  }

  /// Changes a channel if the opening still owns it, and streams with it. Each stream's entry is
  /// written, also when it stays what it is: so a change that comes late, after somebody has looked
  /// at the channels and moved a mark, does not take place.
  ///
  /// @param streams by name, what becomes of them in the same transaction
  /// @return the channel's new record, or empty when a stream is not fit
  /// @throws PandionException FENCED when another opening owns the channel
  Optional<ChannelRecord> change(
      String channel,
      long term,
      long opening,
      UnaryOperator<ChannelRecord> change,
      Map<String, StreamChange> streams) {
    while (true) {
      Optional<MetaEntry> entry = store.get(CHANNELS + channel);
      ChannelRecord now = entry.map(e -> read(e, ChannelRecord.class)).orElse(ChannelRecord.NEW);
      if (!owns(now, term, opening)) {
        throw fenced(channel, term, now);
      }
      ChannelRecord next = change.apply(now);
      MetaTransaction transaction = guard(CHANNELS + channel, entry);
      transaction.put(CHANNELS + channel, write(next));
      for (Map.Entry<String, StreamChange> one : new TreeMap<>(streams).entrySet()) {
        String key = STREAMS + one.getKey();
        Optional<MetaEntry> held = store.get(key);
        Optional<StreamRecord> before = held.map(e -> read(e, StreamRecord.class));
        StreamRecord after = one.getValue().apply(before, now.node());
        if (after == null) {
          return Optional.empty();
        }
        held.ifPresentOrElse(
            e -> transaction.ifRevision(key, e.revision()), () -> transaction.ifAbsent(key));
        transaction.put(key, write(after));
      }
      if (store.commit(transaction)) {
        return Optional.of(next);
      }
    }
  }

  /// Whether an opening may change its channel.
  boolean owns(ChannelRecord now, long term, long opening) {
    return now.ownedBy(term, opening);
  }

  /// Forgets a channel.
  void remove(String channel) {
    String key = CHANNELS + channel;
    Optional<MetaEntry> entry = store.get(key);
    while (entry.isPresent() && !store.commit(guard(key, entry).delete(key))) {
      entry = store.get(key);
    }
  }

  /// Changes a stream that is there; does nothing when it is not.
  void changeStream(String stream, UnaryOperator<StreamRecord> change) {
    String key = STREAMS + stream;
    while (true) {
      Optional<MetaEntry> entry = store.get(key);
      if (entry.isEmpty()) {
        return;
      }
      StreamRecord now = read(entry.get(), StreamRecord.class);
      StreamRecord next = change.apply(now);
      if (next.equals(now) || store.commit(guard(key, entry).put(key, write(next)))) {
        return;
      }
    }
  }

  /// Removes a stream's entry if it was not written since it was seen.
  boolean remove(String stream, SeenStream seen) {
    String key = STREAMS + stream;
    return store.commit(new MetaTransaction().ifRevision(key, seen.revision()).delete(key));
  }

  private static MetaTransaction guard(String key, Optional<MetaEntry> entry) {
    MetaTransaction transaction = new MetaTransaction();
    return entry
        .map(e -> transaction.ifRevision(key, e.revision()))
        .orElseGet(() -> transaction.ifAbsent(key));
  }

  private <T> T read(MetaEntry entry, Class<T> type) {
    try {
      return json.readValue(entry.value(), type);
    } catch (IOException e) {
      throw new PandionException(
          PandionException.Reason.CORRUPT_DATA,
          PandionException.Subject.NONE,
          "meta store entry '" + entry.key() + "' cannot be read: " + e.getMessage(),
          e);
    }
  }

  private byte[] write(Object value) {
    try {
      return json.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static PandionException fenced(String channel, long term, ChannelRecord now) {
    return new PandionException(
        PandionException.Reason.FENCED,
        PandionException.Subject.CHANNEL,
        "channel "
            + channel
            + ": term "
            + term
            + " is fenced by term "
            + now.term()
            + ", opening "
            + now.opening()
            + " of node "
            + now.node());
  }
}
