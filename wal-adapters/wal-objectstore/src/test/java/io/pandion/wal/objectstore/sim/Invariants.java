package io.pandion.wal.objectstore.sim;

import java.util.ArrayList;
import java.util.List;

/// All of them.
final class Invariants {
  private Invariants() {}

  static List<Invariant> all() {
    List<Invariant> all = new ArrayList<>(ofAnyLog());
    all.add(new NamesAreFinal());
    return all;
  }

  /// Those that look at no detail of how an object is created once only.
  static List<Invariant> ofAnyLog() {
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
