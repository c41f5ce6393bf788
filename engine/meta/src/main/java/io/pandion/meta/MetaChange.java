package io.pandion.meta;

import org.jspecify.annotations.Nullable;

/// A key that a commit changed.
///
/// @param entry null when the key was deleted
record MetaChange(String key, @Nullable MetaEntry entry) {}
