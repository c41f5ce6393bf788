package io.pandion.cluster;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/// Where the time of searches goes: a timer for the whole, `pandion.search`, and one for each
/// stage, `pandion.search.stage`, of the registry that a process has. Each role records its own
/// stages.
///
/// ```
/// whole                                    request, from its first byte to the last of the answer
///   START · PLAN · POINT · SHARDS · ENCODE in the proxy; the rest of the whole is protocol
///     SHARDS ≥ TICK · GROWING · NODES      in a streaming node; the rest is merging
///       NODES ≥ QUEUE · SEGMENT            in a query node; the rest is fetching fields and merging
/// ```
///
/// Segments of one search, and parts of many queries, run side by side, so that their times may add
/// up to more than NODES. Threads: any number. Cost: no allocation; some ten nanoseconds a record.
public final class SearchTimes {
  /// Parts of a search.
  public enum Stage {
    /// Until a thread takes the request.
    START,
    /// Names, parameters, filter and query vectors of a request, and room for its answer.
    PLAN,
    /// Choice of the tick to read at.
    POINT,
    /// Answers of all shards, merged.
    SHARDS,
    /// Hits as the protocol has them.
    ENCODE,
    /// Until a shard has applied what the read must see.
    TICK,
    /// Growing segments of a shard.
    GROWING,
    /// Answers of all query nodes.
    NODES,
    /// Until a thread is free for queries over a sealed segment.
    QUEUE,
    /// One sealed segment, for all queries or some of them.
    SEGMENT
  }

  private static final Duration[] LIMITS = {
    Duration.ofMillis(1),
    Duration.ofMillis(2),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(20),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(200),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5)
  };

  private final Clock clock;
  private final Timer whole;
  private final Map<Stage, Timer> stages = new EnumMap<>(Stage.class);

  public SearchTimes(MeterRegistry registry) {
    clock = registry.config().clock();
    whole =
        Timer.builder("pandion.search")
            .description("Searches, from the first byte of the request to the last of the answer")
            .serviceLevelObjectives(LIMITS)
            .register(registry);
    for (Stage stage : Stage.values()) {
      Timer timer =
          Timer.builder("pandion.search.stage")
              .description("Parts of searches")
              .tag("stage", stage.name().toLowerCase(Locale.ROOT))
              .register(registry);
      stages.put(stage, timer);
    }
  }

  /// Times that nobody reads.
  public static SearchTimes unread() {
    return new SearchTimes(new CompositeMeterRegistry());
  }

  /// Nanoseconds since some moment.
  public long now() {
    return clock.monotonicTime();
  }

  /// Records that a stage has just ended.
  ///
  /// @param begun what [#now] was
  /// @return what it is now
  public long ended(Stage stage, long begun) {
    long now = now();
    took(stage, now - begun);
    return now;
  }

  public void took(Stage stage, long nanos) {
    Objects.requireNonNull(stages.get(stage)).record(nanos, TimeUnit.NANOSECONDS);
  }

  /// Records a search that has been answered.
  public void answered(long nanos) {
    whole.record(nanos, TimeUnit.NANOSECONDS);
  }
}
