package io.pandion.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.milvus.v2.client.MilvusClientV2;
import io.pandion.model.PandionException;
import io.pandion.protocol.admin.ChannelLog;
import io.pandion.protocol.admin.LogEra;
import io.pandion.server.client.AdminClient;
import io.pandion.wal.kafka.KafkaBroker;
import io.pandion.wal.pulsar.PulsarBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The log moves between the four backends, with real brokers, under concurrent writers: no
/// acknowledged row is lost, none is there twice, and writes wait for a moment only. The same when
/// the server dies at each step of a move, now and then with the loss of its meta store.
///
/// Every build makes a tour and dies a few times; `-Dpandion.switch.all=true` goes all twelve ways
/// and dies at every step. `-Dseed=` repeats the decisions of a run.
@Timeout(1_800)
class SwitchTest {
  private static final boolean ALL = Boolean.getBoolean("pandion.switch.all");
  private static final int WRITERS = 4;
  private static final List<String> TYPES = List.of("local", "object", "kafka", "pulsar");

  /// Logs that are found again when the meta store is lost.
  private static final List<String> RESTORED = List.of("local", "kafka", "pulsar");

  private static final List<String> TOUR =
      ALL
          // each of the twelve ways once
          ? List.of(
              "object", "kafka", "object", "pulsar", "object", "local", "kafka", "pulsar", "kafka",
              "local", "pulsar", "local")
          : List.of("object", "kafka", "pulsar", "local");

  /// Measured is less than a second; a test that shares its machine with others may wait.
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(ALL ? 5 : 15);

  /// What the server logs at the end of each step, in the order of the steps.
  private static final List<String> STEPS =
      List.of(
          "are planned for",
          "are ready for",
          "the log is to be of type",
          "quiet at lsn",
          "opened the",
          "recorded that it goes on",
          "the copy in the bucket says so",
          "writes go on in",
          "is needed any more",
          "removed the");

  @TempDir private static Path directory;
  private static KafkaBroker kafka;
  private static PulsarBroker pulsar;

  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final CrashScene scene = new CrashScene(WRITERS, seed, random);

  @BeforeAll
  static void startBrokers() throws Exception {
    CompletableFuture<PulsarBroker> other =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return PulsarBroker.start(directory.resolve("pulsar"));
              } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    kafka = KafkaBroker.start(directory.resolve("kafka"));
    pulsar = other.get();
  }

  @AfterAll
  static void stopBrokers() {
    kafka.close();
    pulsar.close();
  }

  private static Map<String, String> settings(String name) {
    Map<String, String> settings = new HashMap<>(ServerProcess.SMALL_SEGMENTS);
    settings.put("coordinator.channels", "2");
    settings.put("coordinator.planPeriod", "1s");
    settings.put("wal.kafka.bootstrap.servers", kafka.bootstrapServers());
    settings.put("wal.kafka.topicPrefix", name + "-");
    settings.put("wal.pulsar.serviceUrl", pulsar.serviceUrl());
    settings.put("wal.pulsar.topicPrefix", "persistent://public/default/" + name + "-");
    return settings;
  }

  private static ServerProcess start(String name) throws Exception {
    ServerProcess server = ServerProcess.start(name, directory.resolve(name), settings(name));
    CrashScene.create(server);
    return server;
  }

  private static List<String> switchTo(ServerProcess server, String type) {
    List<String> told = Collections.synchronizedList(new ArrayList<>());
    try (AdminClient admin = new AdminClient("127.0.0.1", server.port())) {
      admin.switchLog(type, told::add);
    }
    return told;
  }

  private static List<ChannelLog> logs(ServerProcess server) {
    try (AdminClient admin = new AdminClient("127.0.0.1", server.port())) {
      return admin.logs();
    }
  }

  /// All channels have one log, of that type: what was in the logs before is in files.
  private static void awaitOnly(ServerProcess server, String type) {
    Poll.until(
        "every log is of type " + type + " only",
        () ->
            logs(server).stream()
                .allMatch(
                    log ->
                        log.getLogsList().stream()
                            .map(LogEra::getType)
                            .toList()
                            .equals(List.of(type))));
  }

  private void check(ServerProcess server) {
    MilvusClientV2 client = server.client();
    try {
      CrashScene.load(client);
      scene.check(client);
    } finally {
      client.close();
    }
  }

  private static void pause(Duration time) {
    LockSupport.parkNanos(time.toNanos());
  }

  @Test
  void no_write_is_lost_or_doubled_on_a_tour_of_the_logs_under_load() throws Exception {
    System.out.println("switch test: seed " + seed + ", tour " + TOUR);
    try (ServerProcess server = start("switch-tour")) {
      String from = "local";
      for (String to : TOUR) {
        List<String> told = new ArrayList<>();
        long usual = scene.writeDuring(server, () -> told.isEmpty() && sleepy());
        long longest =
            scene.writeDuring(
                server,
                () -> {
                  pause(Duration.ofMillis(300));
                  told.addAll(switchTo(server, to));
                  pause(Duration.ofMillis(300));
                  return told;
                });
        check(server);
        System.out.printf(
            "switch test: %s -> %s: slowest write %d ms (%d ms before); %s%n",
            from, to, longest / 1_000_000, usual / 1_000_000, String.join("; ", told));
        assertThat(Duration.ofNanos(longest)).isLessThan(LONGEST_PAUSE);
        assertThat(told).hasSize(2).allMatch(line -> line.contains("goes on in the " + to));
        from = to;
      }
      awaitOnly(server, from);
      scene.writeDuring(server, SwitchTest::sleepy);
      server.kill();
      server.restart();
      check(server);
      assertThat(scene.acknowledged()).isGreaterThan(100);
      System.out.println(
          "switch test: "
              + scene.acknowledged()
              + " acknowledged row writes, none lost or doubled");
    }
  }

  private static boolean sleepy() {
    pause(Duration.ofMillis(500));
    return true;
  }

  @Test
  void a_server_that_dies_at_a_step_of_a_move_recovers_and_ends_it() throws Exception {
    List<String> steps = new ArrayList<>(STEPS);
    Collections.shuffle(steps, random);
    steps = ALL ? STEPS : steps.subList(0, 2);
    System.out.println("switch kill test: seed " + seed + ", steps " + steps);
    try (ServerProcess server = start("switch-kill")) {
      String from = "local";
      for (String step : steps) {
        if (ALL) {
          from = dieAt(server, step, 1, from, other(from, TYPES), false);
          from = dieAt(server, step, 2, from, other(from, RESTORED), false);
          from = dieAt(server, step, 1, from, other(from, RESTORED), true);
        } else {
          from = dieAt(server, step, 1, from, other(from, RESTORED), random.nextBoolean());
        }
      }
    }
  }

  private String other(String from, List<String> types) {
    List<String> others = new ArrayList<>(types);
    others.remove(from);
    return others.get(random.nextInt(others.size()));
  }

  /// @return the type of the log afterwards
  private String dieAt(
      ServerProcess server, String step, int times, String from, String to, boolean loses)
      throws Exception {
    server.terminate();
    // planned, ready and decided are logged once for all channels
    server.diesAt(step, STEPS.indexOf(step) < 3 ? 1 : times);
    server.restart();
    scene.writeDuring(
        server,
        () -> {
          pause(Duration.ofMillis(200));
          assertThatThrownBy(
                  () -> {
                    switchTo(server, to);
                    // the last steps come after the answer
                    server.isDead(Duration.ofSeconds(60));
                    logs(server);
                  })
              .isInstanceOf(PandionException.class);
          assertThat(server.isDead(Duration.ofSeconds(60))).as("died at '%s'", step).isTrue();
          return true;
        });
    if (loses) {
      server.loseMetaStore();
    }
    server.lives();
    server.restart();
    check(server);
    boolean decided = STEPS.indexOf(step) >= 2 && !(loses && STEPS.indexOf(step) < 6);
    if (!decided) {
      // Nothing has moved, or nothing that anybody was told of; asked again, it moves.
      scene.writeDuring(server, () -> switchTo(server, to));
    }
    awaitOnly(server, to);
    scene.writeDuring(server, SwitchTest::sleepy);
    check(server);
    System.out.printf(
        "switch kill test: %s -> %s, died at '%s' (%d)%s: recovered, %d acknowledged row writes%n",
        from, to, step, times, loses ? ", meta store lost" : "", scene.acknowledged());
    return to;
  }
}
