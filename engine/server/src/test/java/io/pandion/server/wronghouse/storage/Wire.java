package io.pandion.server.wronghouse.storage;

import io.pandion.server.wronghouse.protocol.Message;

/// Keeps the messages of the wire.
public class Wire {
  Message message = new Message();
}
