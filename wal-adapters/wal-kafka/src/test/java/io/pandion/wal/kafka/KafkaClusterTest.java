package io.pandion.wal.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.model.PandionException;
import io.pandion.wal.Wal;
import io.pandion.wal.WalBody;
import io.pandion.wal.WalMessage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Three brokers, of which one dies, and an outage of all.
@Timeout(300)
final class KafkaClusterTest {
  @TempDir private static Path directory;
  private static List<KafkaBroker> brokers = List.of();

  @BeforeAll
  static void start() throws Exception {
    brokers = KafkaBroker.start(directory, 3);
  }

  @AfterAll
  static void stop() {
    brokers.forEach(KafkaBroker::close);
  }

  private static KafkaWalProvider provider() {
    return new KafkaWalProvider(
        KafkaWalSettings.defaults(
            brokers.stream().map(KafkaBroker::bootstrapServers).collect(Collectors.joining(","))),
        System::nanoTime);
  }

  @Test
  void new_topics_have_three_replicas_of_which_two_must_answer() throws Exception {
    try (KafkaWalProvider provider = provider();
        Admin admin =
            Admin.create(
                Map.<String, Object>of(
                    "bootstrap.servers", brokers.getFirst().bootstrapServers()))) {
      provider.open("replicas", 1).close();
      var topic =
          admin
              .describeTopics(List.of("pandion-replicas"))
              .allTopicNames()
              .get()
              .get("pandion-replicas");
      assertThat(topic == null ? List.of() : topic.partitions().getFirst().replicas()).hasSize(3);
      ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, "pandion-replicas");
      Config config =
          admin.describeConfigs(List.of(resource)).all().get().values().iterator().next();
      var entry = config.get("min.insync.replicas");
      assertThat(entry == null ? "" : entry.value()).isEqualTo("2");
    }
  }

  @Test
  void writes_go_on_when_one_of_three_brokers_dies_and_nothing_is_lost() throws Exception {
    try (KafkaWalProvider provider = provider()) {
      Wal wal = provider.open("one-dies", 1);
      for (KafkaBroker dies : brokers) {
        long before = wal.nextLsn();
        AtomicBoolean done = new AtomicBoolean();
        CompletableFuture<Void> writer =
            CompletableFuture.runAsync(
                () -> {
                  while (!done.get()) {
                    Messages.append(wal, 1, 5);
                  }
                },
                Thread::startVirtualThread);
        awaitLsn(wal, before + 200, writer);
        dies.kill();
        awaitLsn(wal, wal.nextLsn() + 200, writer);
        done.set(true);
        writer.get(60, TimeUnit.SECONDS);
        dies.restart();
      }
      long next = wal.nextLsn();
      assertThat(Messages.lsns(wal, 1)).hasSize((int) next - 1).isSorted();
      Wal taken = provider.open("one-dies", 2);
      assertThat(taken.nextLsn()).isEqualTo(next);
      assertThat(Messages.lsns(taken, 1)).hasSize((int) next - 1);
    }
  }

  private static void awaitLsn(Wal wal, long lsn, CompletableFuture<Void> writer) {
    long deadline = System.nanoTime() + 90_000_000_000L;
    while (wal.nextLsn() < lsn && !writer.isDone() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(writer).isNotDone();
    assertThat(wal.nextLsn()).isGreaterThanOrEqualTo(lsn);
  }

  /// Without a majority nothing is acknowledged: appends wait in bounded memory, and go on when the
  /// brokers are back.
  @Test
  void an_outage_holds_appends_back_and_loses_nothing() throws Exception {
    try (KafkaWalProvider provider = provider()) {
      Wal wal = provider.open("outage", 1);
      Messages.append(wal, 1, 10);
      brokers.get(1).kill();
      brokers.get(2).kill();
      List<CompletableFuture<Void>> appends = Collections.synchronizedList(new ArrayList<>());
      WalBody body = WalBody.ofBytes(new byte[1 << 20]);
      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < 150; i++) {
                  long lsn = wal.nextLsn();
                  appends.add(wal.append(List.of(new WalMessage(lsn, 1, lsn * 10, "v", body))));
                }
              },
              Thread::startVirtualThread);
      awaitStandstill(appends);
      long open = appends.stream().filter(append -> !append.isDone()).count();
      assertThat(open).isBetween(60L, 64L);
      assertThat(writer).isNotDone();
      brokers.get(1).restart();
      brokers.get(2).restart();
      writer.get(90, TimeUnit.SECONDS);
      for (CompletableFuture<Void> append : appends) {
        append.get(60, TimeUnit.SECONDS);
      }
      assertThat(Messages.lsns(wal, 1)).hasSize(160);
    }
  }

  /// Until the number of appends has not changed for two seconds.
  private static void awaitStandstill(List<?> appends) {
    long deadline = System.nanoTime() + 60_000_000_000L;
    int size = 0;
    long since = System.nanoTime();
    while (System.nanoTime() - since < 2_000_000_000L && System.nanoTime() < deadline) {
      if (appends.size() != size) {
        size = appends.size();
        since = System.nanoTime();
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  @Test
  void an_outage_that_lasts_has_an_unknown_outcome_and_the_log_opens_again() throws Exception {
    KafkaWalSettings settings =
        new KafkaWalSettings(
            "pandion-",
            0,
            Map.of(
                "bootstrap.servers",
                brokers.stream()
                    .map(KafkaBroker::bootstrapServers)
                    .collect(Collectors.joining(",")),
                "request.timeout.ms",
                "2000",
                "delivery.timeout.ms",
                "5000"));
    try (KafkaWalProvider provider = new KafkaWalProvider(settings, System::nanoTime)) {
      Wal wal = provider.open("lasting", 1);
      Messages.append(wal, 1, 10);
      brokers.get(0).kill();
      brokers.get(1).kill();
      List<CompletableFuture<Void>> appends = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        appends.add(wal.append(List.of(Messages.message(1, wal.nextLsn()))));
      }
      for (CompletableFuture<Void> append : appends) {
        assertThat(append.handle((_, e) -> reason(e)).get(60, TimeUnit.SECONDS))
            .isEqualTo(PandionException.Reason.OUTCOME_UNKNOWN);
      }
      wal.close();
      brokers.get(0).restart();
      brokers.get(1).restart();
      Wal again = provider.open("lasting", 1);
      long next = again.nextLsn();
      assertThat(next).isBetween(11L, 31L);
      Messages.append(again, 1, 5);
      assertThat(Messages.lsns(again, 1)).hasSize((int) next + 4).isSorted();
    }
  }

  private static PandionException.Reason reason(@Nullable Throwable e) {
    return e instanceof PandionException p ? p.reason() : PandionException.Reason.INTERNAL;
  }
}
