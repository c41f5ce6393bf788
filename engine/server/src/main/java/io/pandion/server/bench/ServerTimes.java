package io.pandion.server.bench;

import io.pandion.model.PandionException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where a server spent the time of its searches since it started: seconds by stage, from its
/// `/metrics`; and the CPU seconds of the process.
record ServerTimes(long searches, double whole, double cpu, Map<String, Double> stages) {
  private static final Pattern STAGE =
      Pattern.compile("(?m)^pandion_search_stage_seconds_sum\\{stage=\"(\\w+)\"} (\\S+)");
  private static final Pattern WHOLE = Pattern.compile("(?m)^pandion_search_seconds_sum (\\S+)");
  private static final Pattern CPU = Pattern.compile("(?m)^process_cpu_time_ns_total (\\S+)");
  private static final Pattern COUNT = Pattern.compile("(?m)^pandion_search_seconds_count (\\S+)");

  ServerTimes {
    stages = Map.copyOf(stages);
  }

  /// @param address `host:port`
  /// @throws PandionException UNAVAILABLE_RETRY when there are no such metrics
  static ServerTimes of(String address) {
    URI uri = URI.create("http://" + address + "/metrics");
    try (HttpClient client =
        HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build()) {
      HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build();
      return parse(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
    } catch (IOException e) {
      throw unreadable(uri.toString(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unreadable(uri.toString(), e);
    }
  }

  private static PandionException unreadable(String uri, Exception e) {
    return new PandionException(
        PandionException.Reason.UNAVAILABLE_RETRY,
        PandionException.Subject.NONE,
        "the metrics of " + uri + " cannot be read: " + e,
        e);
  }

  static ServerTimes parse(String text) {
    Map<String, Double> stages = new HashMap<>();
    Matcher stage = STAGE.matcher(text);
    while (stage.find()) {
      stages.put(stage.group(1), Double.parseDouble(stage.group(2)));
    }
    Matcher whole = WHOLE.matcher(text);
    Matcher count = COUNT.matcher(text);
    Matcher cpu = CPU.matcher(text);
    if (stages.isEmpty() || !whole.find() || !count.find() || !cpu.find()) {
      throw PandionException.unavailable("the server's metrics have no times of searches");
    }
    return new ServerTimes(
        (long) Double.parseDouble(count.group(1)),
        Double.parseDouble(whole.group(1)),
        Double.parseDouble(cpu.group(1)) / 1e9,
        stages);
  }

  /// What came after `before`.
  ServerTimes since(ServerTimes before) {
    Map<String, Double> spent = new HashMap<>();
    stages.forEach(
        (stage, seconds) -> spent.put(stage, seconds - before.stages.getOrDefault(stage, 0.0)));
    return new ServerTimes(
        searches - before.searches, whole - before.whole, cpu - before.cpu, spent);
  }

  /// The same times as if each search had been several: microseconds are those of a query then.
  ServerTimes ofQueries(int queries) {
    return new ServerTimes(searches * queries, whole, cpu, stages);
  }

  /// Microseconds a search: CPU, all, index, merge, plan, wait, protocol, between bars.
  String row() {
    return String.format(
        Locale.ROOT,
        "%.0f | %.0f | %.0f | %.0f | %.0f | %.0f | %.0f",
        perSearch(cpu),
        perSearch(whole),
        indexMicros(),
        mergeMicros(),
        micros("plan"),
        micros("start", "point", "tick", "queue"),
        protocolMicros());
  }

  /// Microseconds a search of these stages together.
  double micros(String... names) {
    double seconds = 0;
    for (String name : names) {
      seconds += stages.getOrDefault(name, 0.0);
    }
    return perSearch(seconds);
  }

  /// In segments.
  double indexMicros() {
    return micros("growing", "segment");
  }

  /// From the shards' answers what is neither waiting nor segments: merges, output fields, changes
  /// of threads. Not below 0, which segments that ran side by side could make it.
  double mergeMicros() {
    return Math.max(0, micros("shards") - micros("tick", "queue") - indexMicros());
  }

  /// The rest: HTTP, gRPC, messages to objects and back.
  double protocolMicros() {
    return perSearch(whole) - micros("start", "plan", "point", "shards");
  }

  private double perSearch(double seconds) {
    return searches == 0 ? Double.NaN : seconds / searches * 1e6;
  }
}
