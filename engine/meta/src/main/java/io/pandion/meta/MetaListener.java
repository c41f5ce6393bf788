package io.pandion.meta;

import org.jspecify.annotations.Nullable;

/// Hears of changes in a [MetaStore].
public interface MetaListener {
  /// @param entry the new value, or null when the key was removed
  void changed(String key, @Nullable MetaEntry entry, long revision);
}
