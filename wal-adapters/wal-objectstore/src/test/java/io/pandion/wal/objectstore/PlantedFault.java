package io.pandion.wal.objectstore;

import io.pandion.meta.MetaEntry;
import io.pandion.meta.MetaStore;
import io.pandion.meta.MetaTransaction;
import io.pandion.model.PandionException;
import io.pandion.storage.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/// Mistakes that one could make in this log, planted to show that the simulation finds them.
public enum PlantedFault {
  NONE,
  /// A taken slot counts as created, whoever took it.
  ANY_412_IS_SUCCESS,
  /// A slot is acknowledged with all before it, which may not be there.
  ACKNOWLEDGED_OUT_OF_ORDER,
  /// The end is saved where the first hole was seen, and no fence is put there.
  END_WITHOUT_FENCE,
  /// What was not acknowledged is sent again, also what lies before the fence.
  SENT_AGAIN_FROM_FIRST_UNACKNOWLEDGED,
  /// An opening changes the channel's entry whoever owns it now.
  CHANGES_NOT_GUARDED,
  /// Slots go when one channel does not need them.
  COLLECTED_BELOW_ONE_CHECKPOINT,
  /// The fence goes with the last slot before it.
  FENCE_COLLECTED,
  /// An object's entry in the meta store is made before the object.
  NAMED_BEFORE_WRITTEN,
  /// An object's entry is written whether there is one or not.
  NAMED_ANEW,
  /// What an attempt wrote is removed when nobody knows whether it got its name.
  UNKNOWN_IS_REMOVED,
  /// The extent of an idle channel begins behind creates that are still under way.
  IDLE_FOLLOWS_TOO_FAR;

  public static final int ROLL_UP_SLOTS = 4;

  /// Where the mistake can be made: what makes sure that an object is created once only.
  public ObjectWalSettings.Commit commit() {
    return switch (this) {
      case NAMED_BEFORE_WRITTEN, NAMED_ANEW, UNKNOWN_IS_REMOVED -> ObjectWalSettings.Commit.META;
      default -> ObjectWalSettings.Commit.STORE;
    };
  }

  Deciders deciders() {
    return new Deciders() {
      @Override
      WalMeta meta(MetaStore store) {
        return PlantedFault.this == CHANGES_NOT_GUARDED
            ? new UnguardedMeta(store)
            : super.meta(store);
      }

      @Override
      CommitPlanner planner(ObjectWalSettings settings, RandomGenerator random) {
        return new WrongPlanner(PlantedFault.this, settings, random);
      }

      @Override
      StreamFence fence(ObjectStore store, long writer) {
        return PlantedFault.this == END_WITHOUT_FENCE
            ? new NoFence(store, writer)
            : super.fence(store, writer);
      }

      @Override
      MetaNamedObjects named(
          ObjectStore bucket, MetaStore meta, long writer, Predicate<String> collected) {
        return new WrongNames(PlantedFault.this, bucket, meta, writer, collected);
      }

      @Override
      LowWater lowWater(WalMeta meta, ObjectStore store) {
        return switch (PlantedFault.this) {
          case COLLECTED_BELOW_ONE_CHECKPOINT -> new OneCheckpoint(meta, store, rollUps());
          case FENCE_COLLECTED -> new FenceToo(meta, store, rollUps());
          default -> super.lowWater(meta, store);
        };
      }

      @Override
      RollUps rollUps() {
        // histories are short
        return new RollUps(ROLL_UP_SLOTS);
      }

      @Override
      IdleExtents idleExtents() {
        return new IdleExtents(1) {
          @Override
          long from(StreamWriter stream) {
            return PlantedFault.this == IDLE_FOLLOWS_TOO_FAR
                ? stream.nextSlot()
                : super.from(stream);
          }
        };
      }
    };
  }

  private static final class UnguardedMeta extends WalMeta {
    UnguardedMeta(MetaStore store) {
      super(store);
    }

    @Override
    boolean owns(ChannelRecord now, long term, long opening) {
      return true;
    }
  }

  private static final class WrongPlanner extends CommitPlanner {
    private final PlantedFault fault;

    WrongPlanner(PlantedFault fault, ObjectWalSettings settings, RandomGenerator random) {
      super(settings, random);
      this.fault = fault;
    }

    @Override
    List<Command> replied(long slot, Reply reply, long now) {
      return switch (fault) {
        case ANY_412_IS_SUCCESS ->
            super.replied(slot, reply == Reply.TAKEN ? Reply.CREATED : reply, now);
        case ACKNOWLEDGED_OUT_OF_ORDER -> {
          List<Command> out = new ArrayList<>(super.replied(slot, reply, now));
          if (reply == Reply.CREATED) {
            out.add(new Command.Acknowledge(slot + 1));
          }
          yield out;
        }
        case SENT_AGAIN_FROM_FIRST_UNACKNOWLEDGED ->
            super.replied(reply == Reply.FOREIGN ? acknowledged() : slot, reply, now);
        default -> super.replied(slot, reply, now);
      };
    }
  }

  private static final class WrongNames extends MetaNamedObjects {
    private final PlantedFault fault;
    private final ObjectStore bucket;
    private final MetaStore meta;

    WrongNames(
        PlantedFault fault,
        ObjectStore bucket,
        MetaStore meta,
        long writer,
        Predicate<String> collected) {
      super(bucket, meta, writer, collected);
      this.fault = fault;
      this.bucket = bucket;
      this.meta = meta;
    }

    @Override
    String write(String name, String attempt, Consumer<String> write) {
      switch (fault) {
        case NAMED_BEFORE_WRITTEN -> {
          String winner = super.write(name, attempt, _ -> {});
          put(object(name, attempt), write);
          return winner;
        }
        case UNKNOWN_IS_REMOVED -> {
          try {
            return super.write(name, attempt, write);
          } catch (PandionException e) {
            bucket.delete(object(name, attempt));
            throw e;
          }
        }
        default -> {
          return super.write(name, attempt, write);
        }
      }
    }

    @Override
    boolean name(String name, Optional<MetaEntry> free, String attempt) {
      return fault == NAMED_ANEW
          ? meta.commit(
              new MetaTransaction().put(key(name), attempt.getBytes(StandardCharsets.US_ASCII)))
          : super.name(name, free, attempt);
    }
  }

  private static final class NoFence extends StreamFence {
    NoFence(ObjectStore store, long writer) {
      super(store, writer);
    }

    @Override
    boolean create(ObjectStore store, String name, byte[] fence) {
      return true;
    }
  }

  private static final class OneCheckpoint extends LowWater {
    private long released;

    OneCheckpoint(WalMeta meta, ObjectStore store, RollUps rollUps) {
      super(meta, store, rollUps);
    }

    @Override
    long collect(StreamId stream, long behind) {
      released = behind;
      return super.collect(stream, behind);
    }

    @Override
    long needed(String stream, Collection<ChannelRecord> channels) {
      return released;
    }
  }

  private static final class FenceToo extends LowWater {
    private final WalMeta meta;
    private final ObjectStore store;

    FenceToo(WalMeta meta, ObjectStore store, RollUps rollUps) {
      super(meta, store, rollUps);
      this.meta = meta;
      this.store = store;
    }

    @Override
    long collect(StreamId stream, long released) {
      long end = meta.stream(stream.text()).map(seen -> seen.record().end()).orElse(-1L);
      long low = super.collect(stream, released);
      if (low < 0 && end >= 0) {
        store.delete(stream.object(end));
      }
      return low;
    }
  }
}
