/// The coordinator: the catalog, channel assignment with terms, timestamps, and the plans for
/// flush, index, compaction, load and balance.
@NullMarked
package io.pandion.coordinator;

import org.jspecify.annotations.NullMarked;
