package io.pandion.proxy;

import java.time.Duration;

/// Settings of a proxy.
///
/// @param host address to listen on
/// @param maxMessageBytes largest request
/// @param idleTimeout after which a silent connection is closed
/// @param version that clients are told
public record ProxySettings(
    String host, int maxMessageBytes, Duration idleTimeout, String version) {
  public static ProxySettings defaults() {
    return new ProxySettings("127.0.0.1", 64 << 20, Duration.ofHours(1), "v2.6.22");
  }
}
