package io.pandion.server.wronghouse.meta;

import io.pandion.server.wronghouse.storage.Wire;

/// Knows another module of its own floor.
class Neighbour {
  Wire[] wires = new Wire[0];
}
