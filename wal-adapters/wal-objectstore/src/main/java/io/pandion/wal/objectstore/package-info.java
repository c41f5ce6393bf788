/// The write-ahead log in an object store.
@NullMarked
package io.pandion.wal.objectstore;

import org.jspecify.annotations.NullMarked;
