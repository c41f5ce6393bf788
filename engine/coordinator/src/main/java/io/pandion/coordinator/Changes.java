package io.pandion.coordinator;

import io.pandion.meta.MetaTransaction;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Puts and removals that happen together. One thread.
final class Changes {
  final Map<String, Optional<Object>> byKey = new LinkedHashMap<>();

  Changes put(String key, Object value) {
    byKey.put(key, Optional.of(value));
    return this;
  }

  Changes remove(String key) {
    byKey.put(key, Optional.empty());
    return this;
  }

  MetaTransaction transaction() {
    MetaTransaction t = new MetaTransaction();
    byKey.forEach(
        (key, value) -> value.ifPresentOrElse(v -> t.put(key, Json.write(v)), () -> t.delete(key)));
    return t;
  }
}
