package io.pandion.server.wronghouse.coordinator;

import io.pandion.server.wronghouse.query.MappedQueryNode;

/// A role that knows another.
class Gossip {
  MappedQueryNode node = new MappedQueryNode();
}
