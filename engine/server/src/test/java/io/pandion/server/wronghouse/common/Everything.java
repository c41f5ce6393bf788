package io.pandion.server.wronghouse.common;

/// Belongs to no module that has a floor.
class Everything {}
