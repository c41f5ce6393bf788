/// What has been said: the interface of a write-ahead log, its messages, its contract test and its
/// twin in memory.
@NullMarked
package io.pandion.wal;

import org.jspecify.annotations.NullMarked;
