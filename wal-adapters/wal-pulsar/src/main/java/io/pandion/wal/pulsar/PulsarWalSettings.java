package io.pandion.wal.pulsar;

import io.pandion.model.PandionException;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Where the logs are.
///
/// @param topicPrefix stands before the name of the pchannel in the name of its topic: tenant,
///   namespace and the begin of the name
/// @param client settings of Pulsar's client as its documentation names them, such as `serviceUrl`,
///   `authPluginClassName`, `authParams`, `tlsTrustCertsFilePath`, `operationTimeoutMs`
public record PulsarWalSettings(String topicPrefix, Map<String, String> client) {
  private static final Pattern PREFIX =
      Pattern.compile("persistent://[A-Za-z0-9._-]+/[A-Za-z0-9._-]+/[A-Za-z0-9._-]*");

  /// @throws PandionException INVALID_REQUEST when serviceUrl is missing or the prefix is no begin
  ///   of a persistent topic
  public PulsarWalSettings {
    client = Map.copyOf(client);
    if (!PREFIX.matcher(topicPrefix).matches()) {
      throw invalid(
          "prefix '"
              + topicPrefix
              + "' of topics: expected persistent://tenant/namespace/ and the begin of a name");
    }
    if (client.getOrDefault("serviceUrl", "").isBlank()) {
      throw invalid("serviceUrl of the Pulsar log is not set: name a broker as pulsar://host:port");
    }
  }

  /// Topics named `pandion-` and the pchannel in the namespace `public/default`.
  public static PulsarWalSettings defaults(String serviceUrl) {
    return new PulsarWalSettings(
        "persistent://public/default/pandion-", Map.of("serviceUrl", serviceUrl));
  }

  /// Without the values of the client's settings, tokens among them.
  @Override
  public String toString() {
    return "Pulsar at "
        + serviceUrl()
        + ", topics "
        + topicPrefix
        + "*, client settings "
        + new TreeMap<>(client).keySet();
  }

  String serviceUrl() {
    return client.getOrDefault("serviceUrl", "");
  }

  private static PandionException invalid(String message) {
    return new PandionException(
        PandionException.Reason.INVALID_REQUEST, PandionException.Subject.PARAMETER, message);
  }
}
