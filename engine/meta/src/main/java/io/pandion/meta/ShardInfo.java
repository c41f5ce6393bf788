package io.pandion.meta;

import io.pandion.model.HashRange;

/// A shard of a collection: its vchannel, the pchannel that carries it, the keys it owns.
public record ShardInfo(String vchannel, String pchannel, HashRange range) {}
