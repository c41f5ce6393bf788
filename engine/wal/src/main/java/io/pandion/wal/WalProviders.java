package io.pandion.wal;

import io.pandion.model.PandionException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/// The backends that a node can write its logs to, by name. Each is made when it is first asked
/// for, so that one that is never used needs no settings. Any number of threads.
public final class WalProviders implements AutoCloseable {
  private final Map<String, Supplier<WalProvider>> makers;
  private final Map<String, WalProvider> made = new TreeMap<>();

  /// @param makers by [WalProvider#name]
  public WalProviders(Map<String, Supplier<WalProvider>> makers) {
    this.makers = new TreeMap<>(makers);
  }

  /// One backend, which is closed with this.
  public static WalProviders only(WalProvider provider) {
    return new WalProviders(Map.of(provider.name(), () -> provider));
  }

  /// @throws PandionException INVALID_REQUEST when there is no such backend, or its settings are
  ///   wrong
  public synchronized WalProvider get(String type) {
    WalProvider known = made.get(type);
    if (known != null) {
      return known;
    }
    Supplier<WalProvider> maker = makers.get(type);
    if (maker == null) {
      throw new PandionException(
          PandionException.Reason.INVALID_REQUEST,
          PandionException.Subject.PARAMETER,
          "there is no log of type '" + type + "': choose one of " + makers.keySet());
    }
    WalProvider provider = maker.get();
    made.put(type, provider);
    return provider;
  }

  /// Closes those that were used.
  @Override
  public synchronized void close() {
    made.values().forEach(WalProvider::close);
    made.clear();
  }
}
