package io.pandion.server.wronghouse.protocol;

/// What travels on the wire.
public class Message {}
