/// The query node: memory-mapped sealed segments and their indexes in a local disk cache.
@NullMarked
package io.pandion.query;

import org.jspecify.annotations.NullMarked;
