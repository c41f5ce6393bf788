package io.pandion.server.wronghouse.index.second;

import io.pandion.server.wronghouse.index.first.Hand;

/// Needs its hand.
public class Glove {
  Hand hand() {
    return new Hand();
  }
}
