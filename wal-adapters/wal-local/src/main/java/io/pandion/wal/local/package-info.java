/// The write-ahead log on a local disk.
@NullMarked
package io.pandion.wal.local;

import org.jspecify.annotations.NullMarked;
