package io.pandion.wal.objectstore.sim;

import io.pandion.meta.FileMetaStore;
import io.pandion.meta.MetaEntry;
import io.pandion.meta.MetaListener;
import io.pandion.meta.MetaStore;
import io.pandion.meta.MetaTransaction;
import io.pandion.meta.MetaTransaction.Step;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// The meta store as one node sees it.
final class SimMetaStore implements MetaStore {
  private final FileMetaStore entries;
  private final Wire wire;
  private final Weather weather;
  private final History history;
  private final String node;
  private final SimBucket bucket;

  /// @param bucket that holds what entries name
  SimMetaStore(
      FileMetaStore entries,
      SimBucket bucket,
      Wire wire,
      Weather weather,
      History history,
      String node) {
    this.entries = entries;
    this.bucket = bucket;
    this.wire = wire;
    this.weather = weather;
    this.history = history;
    this.node = node;
  }

  @Override
  public Optional<MetaEntry> get(String key) {
    return wire.call(weather.read(), () -> entries.get(key));
  }

  @Override
  public List<MetaEntry> list(String prefix) {
    return wire.call(weather.read(), () -> entries.list(prefix));
  }

  @Override
  public boolean commit(MetaTransaction transaction) {
    return wire.call(weather.write(), () -> apply(transaction));
  }

  private boolean apply(MetaTransaction transaction) {
    String before = "";
    for (Step step : transaction.steps()) {
      if (step instanceof Step.Put(String key, byte[] _) && SimBucket.isName(key)) {
        before = bucket.named(key);
      }
    }
    if (!entries.commit(transaction)) {
      return false;
    }
    for (Step step : transaction.steps()) {
      switch (step) {
        case Step.Put(String key, byte[] value) -> {
          String text = new String(value, StandardCharsets.UTF_8);
          if (SimBucket.isName(key)) {
            bucket.named(node, key, text, before);
          } else {
            changed(key, text);
          }
        }
        case Step.Delete(String key) -> changed(key, "");
        case Step.IfAbsent _, Step.IfRevision _ -> {}
      }
    }
    return true;
  }

  private void changed(String key, String value) {
    if (ChannelEntries.has(key)) {
      history.add(new Happening.Committed(node, key, value));
    }
  }

  @Override
  public AutoCloseable watch(String prefix, long fromRevision, MetaListener listener) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long revision() {
    return wire.call(weather.read(), entries::revision);
  }

  @Override
  public void close() {}
}
