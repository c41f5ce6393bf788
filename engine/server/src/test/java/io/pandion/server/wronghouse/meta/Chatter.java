package io.pandion.server.wronghouse.meta;

import java.util.logging.Logger;

/// Speaks to people past the log.
class Chatter {
  void speak() {
    System.out.println("out");
    System.err.println("err");
    new IllegalStateException("trace").printStackTrace();
    Logger.getGlobal().info("log");
  }
}
