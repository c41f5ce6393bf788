package io.pandion.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class ProxyMetricsTest extends ProxyWorld {
  private Timer stage(String name) {
    return registry.get("pandion.search.stage").tag("stage", name).timer();
  }

  /// The last byte of an answer is on its way before the search is recorded.
  private void awaitAnswered(long count) {
    Timer whole = registry.get("pandion.search").timer();
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (whole.count() < count) {
      assertThat(System.nanoTime()).as("%s of %s", whole.count(), count).isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void a_search_is_timed_as_a_whole_and_by_stage() {
    insert(1L, 2L, 3L);
    for (int i = 0; i < 3; i++) {
      ok(client.search(near(3.1f, 2).build()).getStatus());
    }
    awaitAnswered(3);
    double sum = 0;
    for (String name : new String[] {"start", "plan", "point", "shards", "encode"}) {
      assertThat(stage(name).count()).as(name).isEqualTo(3);
      sum += stage(name).totalTime(TimeUnit.NANOSECONDS);
    }
    assertThat(sum)
        .isPositive()
        .isLessThan(registry.get("pandion.search").timer().totalTime(TimeUnit.NANOSECONDS));
  }

  @Test
  void a_refused_search_counts_as_answered_and_asks_no_shard() {
    assertThat(client.search(near(3.1f, 2).setCollectionName("none").build()).getStatus().getCode())
        .isEqualTo(100);
    awaitAnswered(1);
    assertThat(stage("start").count()).isEqualTo(1);
    assertThat(stage("shards").count()).isZero();
  }

  @Test
  void the_metrics_of_the_process_are_on_the_same_port() throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics")).build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("metrics of this process\n");
      assertThat(answer.headers().firstValue("content-type").orElse(""))
          .isEqualTo("text/plain; version=0.0.4; charset=utf-8");
    }
  }
}
