/// The streaming node: the write side of its channels, growing segments, and the delegator of its
/// shards.
@NullMarked
package io.pandion.streaming;

import org.jspecify.annotations.NullMarked;
