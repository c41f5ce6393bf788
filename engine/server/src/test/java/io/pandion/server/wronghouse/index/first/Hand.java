package io.pandion.server.wronghouse.index.first;

import io.pandion.server.wronghouse.index.second.Glove;

/// Needs its glove.
public class Hand {
  Glove glove() {
    return new Glove();
  }
}
