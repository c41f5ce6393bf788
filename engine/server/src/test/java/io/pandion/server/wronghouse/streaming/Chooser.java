package io.pandion.server.wronghouse.streaming;

import io.pandion.server.wronghouse.wal.local.LocalLog;

/// Chooses its log instead of being given one.
class Chooser {
  LocalLog log = new LocalLog();
}
