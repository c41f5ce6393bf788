package io.pandion.wal.objectstore.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.wal.objectstore.PlantedFault;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// The whole log in virtual time, seed by seed. `-Dpandion.sim.seeds=10000` for more seeds,
/// `-Dseed=N` for another first one, `-Dpandion.sim.seeds=1` with it to replay one.
class SimulationTest {
  private static final int FIRST = 1;
  private static final int SEEDS = 300;

  @Test
  void no_seed_breaks_an_invariant() {
    long first = Long.getLong("seed", FIRST);
    int seeds = Integer.getInteger("pandion.sim.seeds", SEEDS);
    long start = System.nanoTime();
    Map<String, Integer> counts = new TreeMap<>();
    long steps = 0;
    long virtual = 0;
    for (long seed = first; seed < first + seeds; seed++) {
      Simulation simulation = new Simulation(seed, PlantedFault.NONE);
      History history = simulation.play();
      if (history.violation() != null) {
        history.last().forEach(System.out::println);
        throw new AssertionError(
            "-Dseed=" + seed + " -Dpandion.sim.seeds=1: " + history.violation(),
            history.violation());
      }
      history.counts().forEach((what, count) -> counts.merge(what, count, Integer::sum));
      steps += simulation.steps();
      virtual += simulation.nanos();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        "%d seeds from %d in %.1f s, %.1f a second, %d steps, %d s of virtual time: %s%n",
        seeds,
        first,
        seconds,
        seeds / seconds,
        steps,
        TimeUnit.NANOSECONDS.toSeconds(virtual),
        counts);
    assertThat(counts)
        .containsKeys("Acknowledged", "Failed", "ReadToEnd", "Truncating", "Deleted", "NodeEnded");
  }

  @Test
  void a_seed_replays_bit_for_bit() {
    for (long seed = 1; seed <= 5; seed++) {
      Simulation one = new Simulation(seed, PlantedFault.NONE);
      Simulation again = new Simulation(seed, PlantedFault.NONE);
      History first = one.play();
      History second = again.play();
      assertThat(second.last()).isEqualTo(first.last());
      assertThat(again.digest()).isEqualTo(one.digest());
      assertThat(again.steps()).isEqualTo(one.steps());
      System.out.printf("seed %d: digest %08x, %d steps%n", seed, one.digest(), one.steps());
    }
  }
}
