package io.pandion.server.wronghouse.model;

import io.pandion.server.wronghouse.index.first.Hand;

/// A word that knows how it will be found.
class Upward {
  Hand hand = new Hand();
}
