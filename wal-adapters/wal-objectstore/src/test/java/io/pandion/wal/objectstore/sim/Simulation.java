package io.pandion.wal.objectstore.sim;

import io.pandion.meta.FileMetaStore;
import io.pandion.wal.objectstore.ObjectWalSettings;
import io.pandion.wal.objectstore.ObjectWalSettings.Commit;
import io.pandion.wal.objectstore.PlantedFault;
import io.pandion.wal.objectstore.SimulatedProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Nodes that own channels, die, pause and come back; a coordinator that gives channels to others,
/// also wrongly; a bucket and a meta store behind bad wires; in virtual time, all drawn from one
/// seed.
final class Simulation {
  private static final long MILLIS = 1_000_000;
  private static final long SECONDS = 1_000 * MILLIS;
  private static final long LONGEST_REST = 3_600 * SECONDS;

  private final SplittableRandom random;
  private final PlantedFault fault;
  private final Clockwork clock;
  private final History history;
  private final Weather bucketWeather;
  private final Weather metaWeather;
  private final Wire wire;
  private final FileMetaStore meta = FileMetaStore.inMemory();
  private final Commit commit;
  private final SimBucket bucket;
  private final List<SimNode> nodes = new ArrayList<>();
  private final List<SimNode> everyNode = new ArrayList<>();
  private final Coordinator coordinator;
  private final int faults;
  private boolean storm = true;

  Simulation(long seed, PlantedFault fault) {
    this(seed, fault, fault.commit(), Invariants.all());
  }

  /// @param commit what makes sure that an object is created once only; the bucket overwrites when
  ///   it need not
  Simulation(long seed, PlantedFault fault, Commit commit, List<Invariant> invariants) {
    this.random = new SplittableRandom(seed);
    this.fault = fault;
    this.clock = new Clockwork(random.split());
    this.history = new History(clock, invariants);
    this.commit = commit;
    this.bucket = new SimBucket(meta, history, commit);
    this.bucketWeather = new Weather(random.split());
    this.metaWeather = new Weather(random.split());
    this.wire = new Wire(clock);
    this.faults = 2 + random.nextInt(random.nextBoolean() ? 6 : 25);
    this.coordinator = new Coordinator(clock, history, random.split(), nodes);
  }

  /// Plays it to its end, or to the first violation.
  History play() {
    for (int i = 2 + random.nextInt(3); i > 0; i--) {
      nodes.add(node(nodes.size()));
    }
    int channels = 1 + random.nextInt(3);
    for (int c = 0; c < channels; c++) {
      coordinator.add("c" + c);
    }
    later(this::change);
    coordinator.start();
    long end = clock.now() + 10 * SECONDS + random.nextLong(20 * SECONDS);
    run(end);
    calm();
    readAll();
    everyNode.forEach(node -> SimulatedProvider.dispose(node.provider()));
    return history;
  }

  long digest() {
    return clock.digest();
  }

  long nanos() {
    return clock.now();
  }

  int steps() {
    return clock.steps();
  }

  private void run(long until) {
    clock.run(() -> clock.now() >= until || history.violation() != null);
  }

  private SimNode node(int number) {
    ObjectWalSettings settings =
        new ObjectWalSettings(
            random.nextBoolean() ? 600 : 4 << 20,
            8 << 20,
            Duration.ofMillis(5 + random.nextInt(20)),
            Duration.ofMillis(25 + random.nextInt(200)),
            1 + random.nextInt(random.nextBoolean() ? 3 : 16),
            random.nextBoolean() ? 1_000 + random.nextInt(4_000) : 1 << 20,
            Duration.ofSeconds(1 + random.nextInt(30)),
            random.nextBoolean() ? 0 : 1 << 20,
            Duration.ofMillis(5 + random.nextInt(50)),
            Duration.ofMillis(60 + random.nextInt(2_000)),
            commit);
    String name = "n" + number + "." + everyNode.size();
    NodeThreads threads =
        new NodeThreads(
            clock,
            everyNode.size(),
            (_, failure) -> history.add(new Happening.ThreadFailed(name, failure)));
    SimNode node =
        new SimNode(
            name,
            threads,
            SimulatedProvider.open(
                new SimObjectStore(bucket, wire, bucketWeather, history, name),
                new SimMetaStore(meta, bucket, wire, metaWeather, history, name),
                settings,
                name,
                threads,
                random.split(),
                fault));
    everyNode.add(node);
    history.add(new Happening.NodeStarted(name, settings.unackedBytes(), settings.inFlight()));
    return node;
  }

  private void later(Runnable action) {
    clock.after(
        random.nextLong(2 * SECONDS),
        () -> {
          if (storm) {
            action.run();
            later(action);
          }
        });
  }

  /// Something happens to the nodes or to the weather.
  private void change() {
    int at = random.nextInt(nodes.size());
    SimNode node = nodes.get(at);
    switch (random.nextInt(8)) {
      case 0 -> {
        die(node);
        nodes.set(at, node(at));
      }
      case 1, 2 -> pause(node);
      case 3 -> {
        stop(node);
        nodes.set(at, node(at));
      }
      case 4, 5 -> metaWeather.change(faults);
      default -> bucketWeather.change(faults);
    }
  }

  private void die(SimNode node) {
    node.threads().die();
    history.add(new Happening.NodeEnded(node.name()));
  }

  private void pause(SimNode node) {
    if (node.threads().isPaused()) {
      return;
    }
    node.threads().pauseAll();
    long pause = random.nextLong(random.nextInt(3) == 0 ? 40 * SECONDS : 2 * SECONDS);
    clock.after(
        pause,
        () -> {
          if (node.isLive()) {
            node.threads().resume();
          }
        });
  }

  /// An orderly stop.
  private static void stop(SimNode node) {
    node.threads().start(() -> node.provider().close());
  }

  /// The weather clears, who was paused goes on, owners come to an end.
  private void calm() {
    storm = false;
    coordinator.stop();
    bucketWeather.clear();
    metaWeather.clear();
    rest();
  }

  private void rest() {
    long end = clock.now() + LONGEST_REST;
    run(end);
    String stuck = clock.now() >= end ? "the clock" : coordinator.stuck();
    history.add(new Happening.AtRest(stuck));
  }

  /// New owners read all that is left, also after everybody else has come to rest.
  private void readAll() {
    if (history.violation() == null) {
      coordinator.openAll(node(nodes.size()));
      rest();
    }
  }
}
