package io.pandion.wal.objectstore.sim;

import java.util.List;

/// All of them.
final class Invariants {
  private Invariants() {}

  static List<Invariant> all() {
    return List.of(
        new OutcomesAreTrue(),
        new AckedIsRead(),
        new RowsAreDense(),
        new OneHistory(),
        new NothingBehindABarrier(),
        new TruncatedIsAllThatGoes(),
        new ExtentsAreContiguous(),
        new NeededObjectsStay(),
        new BuffersAreBounded(),
        new ErrorsAreOfTheWeather(),
        new EverythingEnds());
  }
}
