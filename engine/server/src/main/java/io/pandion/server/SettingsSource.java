package io.pandion.server;

import io.pandion.model.PandionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/// Collects the values of settings: defaults, then `pandion.yaml`, then environment variables, then
/// flags; the later one wins. Every name and value is checked where it stands. One thread.
final class SettingsSource {
  /// Variables of ours that are no settings.
  private static final Set<String> OTHER_VARIABLES =
      Set.of("PANDION_HOME", "PANDION_CONFIG", "PANDION_JAVA_OPTS");

  /// What Kubernetes and Docker set for a service named `pandion…`.
  private static final Pattern SERVICE_LINK =
      Pattern.compile("PANDION_(.+_)?(SERVICE_(HOST|PORT)(_.*)?|PORT(_[0-9]+_(TCP|UDP).*)?|NAME)");

  /// But not what Kubernetes sets for a service named `pandion-wal-kafka`.
  private static final Pattern CLIENT_VARIABLE =
      Pattern.compile(
          "PANDION_WAL_(KAFKA|PULSAR)_((?!SERVICE_HOST|SERVICE_PORT|PORT(_|$))[A-Z0-9_]+)");

  private final Map<String, Object> values = new HashMap<>();

  SettingsSource() {
    SettingKeys.ALL.values().forEach(key -> put(key, key.standard(), "the defaults"));
  }

  /// The settings of a server process.
  ///
  /// @param config the file, or null for none
  /// @param flags by key
  /// @param home that relative directories are below
  static Settings settings(
      @Nullable Path config,
      Map<String, String> environment,
      Map<String, String> flags,
      Path home) {
    SettingsSource source = new SettingsSource();
    if (config != null) {
      source.file(config);
    }
    source.environment(environment);
    source.flags(flags);
    return Settings.of(source.values, home);
  }

  /// @throws PandionException INVALID_REQUEST PARAMETER
  void file(Path file) {
    Object root;
    try {
      LoaderOptions options = new LoaderOptions();
      options.setAllowDuplicateKeys(false);
      root = new Yaml(new SafeConstructor(options)).load(Files.readString(file));
    } catch (IOException e) {
      throw invalid("settings file " + file + " cannot be read: " + e, e);
    } catch (YAMLException e) {
      throw invalid("settings file " + file + " is not YAML: " + e.getMessage(), e);
    }
    if (root != null) {
      Map<String, String> flat = new LinkedHashMap<>();
      flatten("", root, flat, file);
      flat.forEach(
          (name, text) -> put(SettingKeys.get(name, file.toString()), text, file.toString()));
    }
  }

  private static void flatten(
      String prefix, @Nullable Object node, Map<String, String> out, Path file) {
    switch (node) {
      case Map<?, ?> map ->
          map.forEach(
              (key, value) ->
                  flatten(prefix.isEmpty() ? "" + key : prefix + "." + key, value, out, file));
      case null -> {
        if (SettingKeys.ALL.containsKey(prefix)) {
          throw invalid("setting '" + prefix + "' in " + file + " has no value", null);
        }
        // A heading whose keys are all commented out.
        if (SettingKeys.ALL.keySet().stream().noneMatch(k -> k.startsWith(prefix + "."))) {
          SettingKeys.get(prefix, file.toString());
        }
      }
      case String text -> out.put(prefix, text);
      case Number number -> out.put(prefix, number.toString());
      case Boolean bool -> out.put(prefix, bool.toString());
      default ->
          throw invalid(
              "setting '" + prefix + "' in " + file + " is '" + node + "', expected one value",
              null);
    }
  }

  void environment(Map<String, String> environment) {
    Map<String, SettingKey> byVariable = new HashMap<>();
    SettingKeys.ALL.values().forEach(key -> byVariable.put(key.environmentName(), key));
    environment.forEach(
        (name, text) -> {
          if (!name.startsWith("PANDION_") || OTHER_VARIABLES.contains(name)) {
            return;
          }
          SettingKey key = byVariable.get(name);
          String client = clientName(name);
          boolean link = SERVICE_LINK.matcher(name).matches();
          if (key != null && !(link && text.contains("://"))) {
            put(key, text, "environment variable " + name);
          } else if (client != null) {
            put(SettingKeys.get(client, name), text, "environment variable " + name);
          } else if (!link) {
            throw SettingKeys.unknown(
                "environment variable " + name, SettingKeys.nearest(name, byVariable.keySet()));
          }
        });
  }

  /// Kafka's settings are words with dots, `PANDION_WAL_KAFKA_SASL_MECHANISM`; Pulsar's are in
  /// camel case, `PANDION_WAL_PULSAR_AUTH_PARAMS`.
  private static @Nullable String clientName(String variable) {
    Matcher matcher = CLIENT_VARIABLE.matcher(variable);
    if (!matcher.matches()) {
      return null;
    }
    String name = matcher.group(2).toLowerCase(Locale.ROOT);
    return matcher.group(1).equals("KAFKA")
        ? "wal.kafka." + name.replace('_', '.')
        : "wal.pulsar."
            + Pattern.compile("_(.)")
                .matcher(name)
                .replaceAll(letter -> letter.group(1).toUpperCase(Locale.ROOT));
  }

  void flags(Map<String, String> flags) {
    flags.forEach(
        (name, text) -> put(SettingKeys.get(name, "the command line"), text, "the command line"));
  }

  private void put(SettingKey key, String text, String source) {
    values.put(key.name(), key.parse(text, source));
  }

  private static PandionException invalid(String message, @Nullable Throwable cause) {
    return new PandionException(
        PandionException.Reason.INVALID_REQUEST,
        PandionException.Subject.PARAMETER,
        message,
        cause);
  }
}
