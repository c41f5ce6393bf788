/// The log on Kafka: a topic a pchannel, fenced by records in the topic itself.
@NullMarked
package io.pandion.wal.kafka;

import org.jspecify.annotations.NullMarked;
