package io.pandion.wal.objectstore.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.wal.objectstore.ObjectWalSettings.Commit;
import io.pandion.wal.objectstore.PlantedFault;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The whole log in virtual time, seed by seed: some that are always the same, and one of the day;
/// on a bucket that creates objects once only, and on one that overwrites.
///
/// `-Dpandion.sim.seeds=10000` plays more of them, `-Dseed=N` begins with another, both with 1
/// replay one; `-Dpandion.sim.last=100000` shows all that happened in it.
class SimulationTest {
  private static final long FIRST = 1;
  private static final int SEEDS = 600;
  private static final int PROGRESS = 1_000;

  private final Map<String, Integer> counts = new TreeMap<>();
  private long steps;
  private long virtual;

  @ParameterizedTest
  @EnumSource
  void no_seed_breaks_an_invariant(Commit commit) {
    long first = Long.getLong("seed", FIRST);
    int seeds = Integer.getInteger("pandion.sim.seeds", SEEDS);
    long start = System.nanoTime();
    for (int i = 0; i < seeds; i++) {
      if (i > 0 && i % PROGRESS == 0) {
        System.out.printf("%d seeds, none broke an invariant%n", i);
      }
      play(first + i, commit);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        "%s: %d seeds from %d in %.1f s, %.1f a second, %d steps, %d s of virtual time: %s%n",
        commit,
        seeds,
        first,
        seconds,
        seeds / seconds,
        steps,
        TimeUnit.NANOSECONDS.toSeconds(virtual),
        counts);
    if (seeds >= SEEDS) {
      // else the invariants might hold because nothing happened
      assertThat(counts)
          .containsKeys(
              "Acknowledged", "Failed", "ReadToEnd", "Truncating", "Deleted", "NodeEnded");
    }
    if (seeds >= SEEDS && commit == Commit.META) {
      assertThat(counts).containsKeys("Named", "StrayDeleted");
    }
  }

  @ParameterizedTest
  @EnumSource
  void the_seed_of_the_day_breaks_no_invariant(Commit commit) {
    long seed = System.currentTimeMillis();
    System.out.println("seed of the day: -Dseed=" + seed + " -Dpandion.sim.seeds=1");
    play(seed, commit);
    assertThat(counts).containsKey("Opened");
  }

  private void play(long seed, Commit commit) {
    Simulation simulation = new Simulation(seed, PlantedFault.NONE, commit, Invariants.all());
    History history = simulation.play();
    Violation violation = history.violation();
    if (violation != null) {
      history.last().forEach(System.out::println);
      throw new AssertionError(
          commit + ", -Dseed=" + seed + " -Dpandion.sim.seeds=1: " + violation, violation);
    }
    history.counts().forEach((what, count) -> counts.merge(what, count, Integer::sum));
    steps += simulation.steps();
    virtual += simulation.nanos();
  }

  @ParameterizedTest
  @EnumSource
  void a_seed_replays_bit_for_bit(Commit commit) {
    long digests = 0;
    for (long seed = 1; seed <= 5; seed++) {
      Simulation one = new Simulation(seed, PlantedFault.NONE, commit, Invariants.all());
      Simulation again = new Simulation(seed, PlantedFault.NONE, commit, Invariants.all());
      assertThat(again.play().last()).isEqualTo(one.play().last());
      assertThat(again.digest()).isEqualTo(one.digest());
      assertThat(again.steps()).isEqualTo(one.steps());
      assertThat(one.digest()).isNotEqualTo(digests);
      digests = one.digest();
    }
  }
}
