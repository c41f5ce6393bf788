package io.pandion.proxy;

import com.linecorp.armeria.server.ServiceRequestContext;
import io.pandion.meta.CollectionInfo;
import io.pandion.model.AnswerSize;
import io.pandion.model.FieldSchema;
import io.pandion.model.PandionException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// The memory that answers in flight may take together: each read takes what it may need before it
/// is run, and holds what it really needs until its answer is sent. Any number of threads.
final class AnswerBudget {
  /// A value of JSON has no declared length.
  private static final int JSON_BYTES = 65_536;

  /// The answer and its encoded copy.
  private static final int COPIES = 2;

  private static final int UNIT = 1024;
  private final int total;
  private final Duration patience;
  private final Semaphore free;

  /// @param bytes of all answers
  /// @param patience how long a read waits for others to end
  AnswerBudget(long bytes, Duration patience) {
    this.total = units(Math.max(UNIT, bytes));
    this.patience = patience;
    this.free = new Semaphore(total, true);
  }

  /// Bytes that the answer of a read may take: those of its rows at their longest, in each shard as
  /// many as the limit of an answer allows.
  ///
  /// @param rows at most; negative = not known
  static long most(CollectionInfo collection, List<FieldSchema> output, long rows) {
    long width = width(collection.schema().primaryKey());
    for (FieldSchema field : output) {
      width += width(field);
    }
    long known = rows < 0 ? Long.MAX_VALUE : rows;
    long part = known > AnswerSize.MAX_BYTES / width ? AnswerSize.MAX_BYTES : known * width;
    return part * collection.shards().size();
  }

  private static long width(FieldSchema field) {
    return switch (field.type()) {
      case BOOL, INT8, INT16, INT32, INT64, FLOAT, DOUBLE -> Long.BYTES;
      case VARCHAR -> field.maxLength();
      case JSON -> JSON_BYTES;
      case FLOAT_VECTOR -> (long) Float.BYTES * field.dimension();
    };
  }

  /// A part of the budget for the current call, given back when its answer is sent. A part larger
  /// than the budget is all of it.
  ///
  /// @throws PandionException UNAVAILABLE_RETRY when other answers hold too much for too long
  Part take(long bytes) {
    int wanted = Math.min(total, units(bytes));
    try {
      if (!free.tryAcquire(wanted, patience.toMillis(), TimeUnit.MILLISECONDS)) {
        throw PandionException.unavailable(
            "the answers in flight take all of the "
                + (long) total * UNIT
                + " bytes for them; retry, or use a smaller limit or fewer output fields");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw PandionException.unavailable("interrupted while waiting for other answers");
    }
    Part part = new Part(wanted);
    var _ = ServiceRequestContext.current().log().whenComplete().thenRun(part::end);
    return part;
  }

  private static int units(long bytes) {
    return (int) Math.min(Integer.MAX_VALUE, (bytes + UNIT - 1) / UNIT);
  }

  /// What one call holds.
  final class Part {
    private int held;

    private Part(int held) {
      this.held = held;
    }

    /// Keeps what the answer needs from now on, and gives back the rest.
    ///
    /// @param bytes of the answer before it is encoded
    synchronized void keep(long bytes) {
      give(Math.max(0, held - units(COPIES * bytes)));
    }

    private synchronized void end() {
      give(held);
    }

    private void give(int units) {
      held -= units;
      free.release(units);
    }
  }
}
