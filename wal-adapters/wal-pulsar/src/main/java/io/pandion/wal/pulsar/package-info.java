/// The log on Pulsar: a topic a pchannel, written by one exclusive producer at a time.
@NullMarked
package io.pandion.wal.pulsar;

import org.jspecify.annotations.NullMarked;
