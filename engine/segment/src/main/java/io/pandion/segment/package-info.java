/// Searchable rows: growing and sealed (memory-mapped) segments, filter evaluation, top-k.
@NullMarked
package io.pandion.segment;

import org.jspecify.annotations.NullMarked;
