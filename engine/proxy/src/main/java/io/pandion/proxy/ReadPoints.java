package io.pandion.proxy;

import io.pandion.cluster.Coordinator;
import io.pandion.cluster.ReadPoint;
import io.pandion.meta.CollectionInfo;
import io.pandion.model.TimeTick;
import io.pandion.protocol.ConsistencyLevel;
import java.util.function.LongSupplier;

/// Chooses how fresh a read must be from what the client asks for, as Milvus 2.6 does.
///
/// Strong: every write acknowledged before the read began (a fresh tick of the cluster's clock).
/// Session: the client's own writes (the tick that it sends). Bounded: at most [#STALENESS_MILLIS]
/// behind. Eventually: what is there.
///
/// @param clock milliseconds since 1970
record ReadPoints(Coordinator coordinator, LongSupplier clock) {
  static final long STALENESS_MILLIS = 5_000;

  /// Ticks at or below it are not ticks but names: 1 = eventually, 2 = bounded.
  private static final long BOUNDED_TICK = 2;

  /// @param guarantee `guarantee_timestamp` of the request
  /// @param level of the request
  /// @param useDefault take the collection's level instead
  /// @param iterator whether this is a step of an iterator: the tick that its first step answered,
  ///   sent as the guarantee, is the state that all steps see
  ReadPoint of(
      CollectionInfo collection,
      long guarantee,
      ConsistencyLevel level,
      boolean useDefault,
      boolean iterator) {
    if (iterator && guarantee > BOUNDED_TICK) {
      return ReadPoint.at(guarantee);
    }
    if (useDefault) {
      return of(ConsistencyLevel.forNumber(collection.consistencyLevel()), guarantee);
    }
    // Clients that only know timestamps leave the level at its zero, which is Strong.
    if (level == ConsistencyLevel.Strong && guarantee != 0) {
      return given(guarantee);
    }
    return of(level, guarantee);
  }

  /// Sees every write acknowledged before this call.
  ReadPoint strong() {
    return new ReadPoint(coordinator.allocateTicks(1).first());
  }

  private ReadPoint of(ConsistencyLevel level, long guarantee) {
    return switch (level) {
      case Strong -> strong();
      case Bounded -> bounded();
      case Eventually -> ReadPoint.EVENTUALLY;
      default -> given(guarantee);
    };
  }

  private ReadPoint given(long guarantee) {
    if (guarantee == 0) {
      return strong();
    }
    if (guarantee == BOUNDED_TICK) {
      return bounded();
    }
    return guarantee < BOUNDED_TICK ? ReadPoint.EVENTUALLY : new ReadPoint(guarantee);
  }

  private ReadPoint bounded() {
    return new ReadPoint(TimeTick.of(clock.getAsLong() - STALENESS_MILLIS, 0));
  }
}
