package io.pandion.server.wronghouse.model;

import java.util.Random;
import java.util.SplittableRandom;

/// Chance with a seed replays.
class Decent {
  final Random random;
  final SplittableRandom splittable;

  Decent(long seed) {
    random = new Random(seed);
    splittable = new SplittableRandom(seed);
  }
}
