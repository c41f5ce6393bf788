package io.pandion.server.wronghouse.proxy;

/// Shown without being a door.
public class Shown {}
