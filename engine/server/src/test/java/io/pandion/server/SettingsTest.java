package io.pandion.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.coordinator.CoordinatorSettings;
import io.pandion.meta.FileMetaStore;
import io.pandion.model.PandionException;
import io.pandion.proxy.ProxySettings;
import io.pandion.streaming.StreamingSettings;
import io.pandion.wal.WalProviders;
import io.pandion.wal.local.LocalWalSettings;
import io.pandion.wal.objectstore.ObjectWalSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

class SettingsTest {
  private static final Path DOCUMENTED = Path.of("..", "..", "deploy", "pandion.yaml");

  @TempDir Path directory;

  private Settings read(
      @Nullable String yaml, Map<String, String> environment, Map<String, String> flags)
      throws IOException {
    Path file = null;
    if (yaml != null) {
      file = directory.resolve("pandion.yaml");
      Files.writeString(file, yaml);
    }
    return SettingsSource.settings(file, environment, flags, directory);
  }

  @Test
  void the_documented_file_has_every_key_with_its_default() throws IOException {
    Object root =
        new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(DOCUMENTED));
    Map<String, String> documented = new TreeMap<>();
    ((Map<?, ?>) root)
        .forEach(
            (group, keys) ->
                ((Map<?, ?>) keys)
                    .forEach((key, value) -> documented.put(group + "." + key, "" + value)));
    Map<String, String> known = new TreeMap<>();
    SettingKeys.ALL.values().forEach(key -> known.put(key.name(), key.standard()));
    assertThat(documented).isEqualTo(known);
  }

  @Test
  void every_key_of_the_documented_file_is_explained_above_it() throws IOException {
    String before = "";
    for (String line : Files.readAllLines(DOCUMENTED)) {
      if (line.matches(" {2}[a-zA-Z]+:.*")) {
        assertThat(before).as("line before '%s'", line).startsWith("  # ");
      }
      before = line;
    }
  }

  @Test
  void defaults_are_those_of_the_roles() throws IOException {
    Settings settings = read(null, Map.of(), Map.of());
    assertThat(settings.streaming()).isEqualTo(StreamingSettings.defaults());
    assertThat(settings.coordinator()).isEqualTo(CoordinatorSettings.DEFAULT);
    assertThat(settings.network().maxMessageBytes())
        .isEqualTo(ProxySettings.defaults().maxMessageBytes());
    assertThat(settings.network().idleTimeout()).isEqualTo(ProxySettings.defaults().idleTimeout());
    LocalWalSettings wal = LocalWalSettings.defaults();
    assertThat(settings.wal())
        .isEqualTo(
            new Settings.Log(
                "local",
                settings.data().resolve("wal"),
                wal.segmentBytes(),
                wal.groupBytes(),
                wal.preallocateBytes(),
                ObjectWalSettings.defaults().window(),
                "store",
                Map.of(
                    "wal.kafka.bootstrap.servers", "",
                    "wal.kafka.topicPrefix", "pandion-",
                    "wal.kafka.replicationFactor", 0L,
                    "wal.pulsar.serviceUrl", "",
                    "wal.pulsar.topicPrefix", "persistent://public/default/pandion-")));
  }

  @Test
  void flags_override_the_environment_which_overrides_the_file() throws IOException {
    String yaml = "server: {port: 1}\nstreaming.segmentMaxRows: 11\nlog: {level: error}\n";
    Map<String, String> environment =
        Map.of("PANDION_SERVER_PORT", "2", "PANDION_STREAMING_SEGMENT_MAX_ROWS", "22");
    Settings settings = read(yaml, environment, Map.of("server.port", "3"));
    assertThat(settings.network().port()).isEqualTo(3);
    assertThat(settings.streaming().segmentMaxRows()).isEqualTo(22);
    assertThat(settings.logging().level()).isEqualTo("error");
  }

  @Test
  void directories_lie_below_the_data_directory_unless_set() throws IOException {
    Settings settings =
        read("data: {directory: d}\nwal: {directory: /elsewhere/wal}\n", Map.of(), Map.of());
    Path data = directory.toAbsolutePath().resolve("d");
    assertThat(settings.data()).isEqualTo(data);
    assertThat(settings.meta()).isEqualTo(data.resolve("meta"));
    assertThat(settings.storage().root()).isEqualTo(data.resolve("bucket").toUri());
    assertThat(settings.wal().directory()).isEqualTo(Path.of("/elsewhere/wal"));
    assertThat(read("storage: {root: 'file:///b/c'}", Map.of(), Map.of()).storage().root())
        .isEqualTo(URI.create("file:///b/c"));
    assertThat(read("storage: {root: 's3a://bucket/c'}", Map.of(), Map.of()).storage().remote())
        .isTrue();
  }

  @Test
  void every_setting_of_the_client_of_a_broker_is_passed_on() throws IOException {
    String yaml =
        "wal: {type: kafka, kafka.bootstrap.servers: 'a:1', kafka: {sasl.mechanism: PLAIN}}\n";
    Map<String, String> environment =
        Map.of(
            "PANDION_WAL_KAFKA_SASL_JAAS_CONFIG", "x required;",
            "PANDION_WAL_KAFKA_TOPIC_PREFIX", "mine-",
            "PANDION_WAL_PULSAR_AUTH_PARAMS", "token:t");
    Settings.Log log = read(yaml, environment, Map.of("wal.kafka.linger.ms", "3")).wal();
    assertThat(log.type()).isEqualTo("kafka");
    assertThat(log.brokers())
        .containsEntry("wal.kafka.bootstrap.servers", "a:1")
        .containsEntry("wal.kafka.sasl.mechanism", "PLAIN")
        .containsEntry("wal.kafka.sasl.jaas.config", "x required;")
        .containsEntry("wal.kafka.topicPrefix", "mine-")
        .containsEntry("wal.kafka.linger.ms", "3")
        .containsEntry("wal.pulsar.authParams", "token:t");
  }

  @Test
  void a_log_on_brokers_without_an_address_is_refused() throws IOException {
    for (String type : new String[] {"kafka", "pulsar"}) {
      Backends backends = new Backends(read("wal: {type: " + type + "}", Map.of(), Map.of()));
      try (FileMetaStore meta = FileMetaStore.open(directory.resolve("meta.log"));
          WalProviders logs = backends.logs(backends.bucket(), meta, "n")) {
        assertThatThrownBy(() -> logs.get(type))
            .isInstanceOf(PandionException.class)
            .hasMessageContaining("is not set");
        assertThat(logs.get("local").name()).isEqualTo("local");
        assertThatThrownBy(() -> logs.get("kafak"))
            .isInstanceOf(PandionException.class)
            .hasMessageContaining("'kafak'")
            .hasMessageContaining("[kafka, local, object, pulsar]");
      }
    }
  }

  @Test
  void sizes_and_times_have_units() throws IOException {
    Settings settings =
        read(
            "wal: {segmentBytes: 2 GiB}".replace("2 GiB", "1GiB"),
            Map.of(),
            Map.of("streaming.segmentMaxAge", "90s", "server.maxMessageBytes", "2097152"));
    assertThat(settings.wal().segmentBytes()).isEqualTo(1L << 30);
    assertThat(settings.streaming().segmentMaxAgeMillis()).isEqualTo(90_000);
    assertThat(settings.network().maxMessageBytes()).isEqualTo(2 << 20);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "server: {prot: 1}            | server.prot            | server.port",
        "stremaing: {segmentMaxRows: 1} | stremaing.segmentMaxRows | streaming.segmentMaxRows",
        "port: 1                      | port                   | server.port",
        "serve:                       | serve                  | server.host",
      })
  void an_unknown_key_names_the_nearest_known_one(String yaml, String key, String nearest) {
    assertThatThrownBy(() -> read(yaml, Map.of(), Map.of()))
        .isInstanceOf(PandionException.class)
        .hasMessageContaining("'" + key + "'")
        .hasMessageContaining("pandion.yaml")
        .hasMessageContaining("did you mean '" + nearest + "'");
  }

  @Test
  void an_unknown_variable_or_flag_names_the_nearest_known_one() {
    assertThatThrownBy(() -> read(null, Map.of("PANDION_SERVER_PROT", "1"), Map.of()))
        .hasMessageContaining("PANDION_SERVER_PROT")
        .hasMessageContaining("did you mean 'PANDION_SERVER_PORT'");
    assertThatThrownBy(() -> read(null, Map.of(), Map.of("wal.typ", "local")))
        .hasMessageContaining("did you mean 'wal.type'");
  }

  @Test
  void variables_that_kubernetes_sets_for_a_service_are_no_settings() throws IOException {
    Map<String, String> environment =
        Map.of(
            "PANDION_SERVICE_HOST", "10.0.0.1",
            "PANDION_PORT", "tcp://10.0.0.1:19530",
            "PANDION_PORT_19530_TCP_ADDR", "10.0.0.1",
            "PANDION_SERVER_PORT", "tcp://10.0.0.1:19530",
            "PANDION_SERVER_SERVICE_PORT_GRPC", "19530",
            "PANDION_WAL_KAFKA_SERVICE_HOST", "10.0.0.1",
            "PANDION_WAL_KAFKA_PORT_9092_TCP_ADDR", "10.0.0.1",
            "PANDION_HOME", "/x");
    assertThat(read(null, environment, Map.of()).network().port()).isEqualTo(19530);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "server: {port: 70000}        | server.port            | 70000 | from 0 to 65535",
        "server: {port: -1}           | server.port            | -1    | from 0 to 65535",
        "server: {port: abc}          | server.port            | abc   | a whole number",
        "server: {port: 1.5}          | server.port            | 1.5   | a whole number",
        "wal: {type: tape}            | wal.type               | tape  | local",
        "wal: {commit: bucket}         | wal.commit             | bucket | store, meta",
        "wal: {segmentBytes: 1KiB}    | wal.segmentBytes       | 1KiB  | from 1MiB to 1GiB",
        "wal: {segmentBytes: 64MB}    | wal.segmentBytes       | 64MB  | KiB, MiB, GiB",
        "streaming: {segmentMaxAge: 5} | streaming.segmentMaxAge | 5    | from 1s to 30d",
        "storage: {root: 's3a://b'}   | storage.root           | s3a://b | file:///directory",
        "log: {level: [info]}         | log.level              | info  | one value",
        "coordinator: {channels: 99999999999999999999} | coordinator.channels |"
            + " 99999999999999999999 | from 1 to 1024",
      })
  void a_wrong_value_names_key_value_and_range(
      String yaml, String key, String value, String range) {
    assertThatThrownBy(() -> read(yaml, Map.of(), Map.of()))
        .isInstanceOf(PandionException.class)
        .hasMessageContaining("'" + key + "'")
        .hasMessageContaining(value)
        .hasMessageContaining(range)
        .hasMessageContaining("pandion.yaml");
  }

  @Test
  void a_file_that_is_missing_or_no_yaml_or_has_a_key_twice_is_refused() {
    assertThatThrownBy(
            () -> SettingsSource.settings(Path.of("/none.yaml"), Map.of(), Map.of(), directory))
        .hasMessageContaining("/none.yaml");
    assertThatThrownBy(() -> read("a: [", Map.of(), Map.of())).hasMessageContaining("is not YAML");
    assertThatThrownBy(() -> read("log: {level: info, level: warn}", Map.of(), Map.of()))
        .hasMessageContaining("duplicate key level");
  }

  @Test
  void an_empty_file_or_heading_changes_nothing() throws IOException {
    Settings standard = read(null, Map.of(), Map.of());
    assertThat(read("", Map.of(), Map.of())).isEqualTo(standard);
    assertThat(read("server:\n  # port: 1\n", Map.of(), Map.of())).isEqualTo(standard);
  }
}
