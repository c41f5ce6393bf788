package io.pandion.wal.objectstore;

import io.pandion.model.PandionException;
import io.pandion.wal.WalMessage;
import io.pandion.wal.WalReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Walks over the extents of a channel up to an end that was durable when it was made. Slots are
/// looked at a few together, and the next few while these are read. One thread; [#keeps] any.
final class ExtentReader implements WalReader {
  /// Slots `[from, to)` of a stream.
  record Span(StreamIndex index, long from, long to) {}

  /// A part that has records for the reader.
  ///
  /// @param records read ahead, or null: it is large and read when the reader comes to it
  private record Piece(StreamIndex index, long slot, Part part, @Nullable Future<byte[]> records) {}

  /// Slots that are looked at together.
  private static final int WIDTH = 4;

  /// A run of so many slots may have a roll-up.
  private static final int LONG_RUN = 16;

  /// Parts up to this size are read ahead.
  private static final int AHEAD = 1 << 20;

  private final String channel;
  private final int channelCrc;
  private final Deque<Span> spans;
  private final long from;
  private final long end;
  private final ExecutorService io;
  private final Consumer<ExtentReader> onClose;
  private final Deque<Piece> pieces = new ArrayDeque<>();
  private @Nullable Future<List<Piece>> ahead;
  private RecordCodec.@Nullable Cursor cursor;
  private String object = "";
  private long expected = -1;
  private volatile long keeps;

  /// @param from lsn of the first message wanted
  /// @param end lsn at which it stops
  /// @param keeps first lsn of its first slot: it looks for its first message from there on
  ExtentReader(
      String channel,
      List<Span> spans,
      long from,
      long end,
      long keeps,
      ExecutorService io,
      Consumer<ExtentReader> onClose) {
    this.channel = channel;
    this.channelCrc = SlotFormat.crc(channel);
    this.spans = new ArrayDeque<>(spans);
    this.from = from;
    this.end = end;
    this.io = io;
    this.onClose = onClose;
    this.keeps = keeps;
  }

  /// Lsn below which it reads nothing any more.
  long keeps() {
    return keeps;
  }

  @Override
  public @Nullable WalMessage next() {
    if (from >= end || expected >= end) {
      return null;
    }
    while (true) {
      RecordCodec.Cursor at = cursor;
      WalMessage message = at == null ? null : at.next();
      if (message == null) {
        if (!open()) {
          throw PandionException.corrupt(
              "channel "
                  + channel
                  + ": the log ends at "
                  + expected
                  + " where "
                  + (end - 1)
                  + " is known to be: objects are missing");
        }
        continue;
      }
      if (expected >= 0 && message.lsn() != expected) {
        throw PandionException.corrupt(
            "channel "
                + channel
                + ": "
                + message.lsn()
                + " follows where "
                + expected
                + " is next, in log object '"
                + object
                + "'");
      }
      expected = message.lsn() + 1;
      if (message.lsn() >= from) {
        keeps = message.lsn();
        return message;
      }
      if (expected >= end) {
        return null;
      }
    }
  }

  /// Goes to the next part.
  ///
  /// @return false when there is none
  private boolean open() {
    while (pieces.isEmpty()) {
      Future<List<Piece>> next = ahead == null ? prefetch() : ahead;
      ahead = null;
      if (next == null) {
        return false;
      }
      pieces.addAll(get(next));
      ahead = prefetch();
    }
    Piece piece = pieces.removeFirst();
    object = piece.index.stream().object(piece.slot);
    byte[] records =
        piece.records == null ? piece.index.read(piece.slot, piece.part) : get(piece.records);
    cursor = new RecordCodec.Cursor(object, channelCrc, records);
    return true;
  }

  private @Nullable Future<List<Piece>> prefetch() {
    while (!spans.isEmpty()) {
      Span span = spans.removeFirst();
      if (span.from >= span.to) {
        continue;
      }
      long to = Math.min(span.to, span.from + WIDTH);
      spans.addFirst(new Span(span.index, to, span.to));
      try {
        return io.submit(() -> pieces(span, to));
      } catch (RejectedExecutionException e) {
        throw closed(e);
      }
    }
    return null;
  }

  private List<Piece> pieces(Span span, long to) {
    StreamIndex index = span.index;
    if (span.to - span.from >= LONG_RUN) {
      index.learn(span.from);
    }
    List<Piece> out = new ArrayList<>();
    for (Slot slot : index.load(span.from, to)) {
      Part part = slot.part(channel);
      if (part != null && part.lastSeq() >= from) {
        long number = slot.number();
        boolean small = part.length() <= AHEAD;
        out.add(
            new Piece(
                index, number, part, small ? io.submit(() -> index.read(number, part)) : null));
      }
    }
    return out;
  }

  private static <T> T get(Future<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RejectedExecutionException r) {
        throw closed(r);
      }
      throw e.getCause() instanceof PandionException p
          ? new PandionException(p.reason(), p.subject(), String.valueOf(p.getMessage()), p)
          : new IllegalStateException(e.getCause());
    } catch (CancellationException e) {
      throw closed(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw PandionException.unavailable("interrupted while the log was read");
    }
  }

  private static PandionException closed(RuntimeException e) {
    return new PandionException(
        PandionException.Reason.UNAVAILABLE_RETRY,
        PandionException.Subject.CHANNEL,
        "the log was closed while it was read",
        e);
  }

  @Override
  public void close() {
    onClose.accept(this);
  }
}
