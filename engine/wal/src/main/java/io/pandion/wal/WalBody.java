package io.pandion.wal;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A payload with its bytes: encoded once by the thread that makes it (never by the writer thread),
/// decoded once by the reader. Any number of threads.
public final class WalBody {
  private final byte[] bytes;
  private @Nullable WalPayload payload;

  private WalBody(byte[] bytes, @Nullable WalPayload payload) {
    this.bytes = bytes;
    this.payload = payload;
  }

  /// Encodes now.
  public static WalBody of(WalPayload payload) {
    return new WalBody(WalPayloadCodec.encode(payload), payload);
  }

  /// Bytes as read from a log; decoded at the first [#payload].
  public static WalBody ofBytes(byte[] bytes) {
    return new WalBody(bytes, null);
  }

  /// @throws io.pandion.model.PandionException CORRUPT_DATA when the bytes are not a payload
  public WalPayload payload() {
    WalPayload decoded = payload;
    if (decoded == null) {
      decoded = WalPayloadCodec.decode(bytes);
      payload = decoded;
    }
    return decoded;
  }

  /// Gives an [WalPayload.Insert] or [WalPayload.Upsert] its segment, in place: for the writer
  /// thread, before it appends the body; the rows are not encoded again.
  public void assign(long segmentId) {
    payload =
        switch (payload()) {
          case WalPayload.Insert p ->
              new WalPayload.Insert(p.collectionId(), p.partitionId(), segmentId, p.rows());
          case WalPayload.Upsert p ->
              new WalPayload.Upsert(
                  p.collectionId(), p.partitionId(), segmentId, p.keys(), p.rows());
          default -> throw new IllegalStateException("only rows have a segment");
        };
    WalPayloadCodec.putSegment(bytes, segmentId);
  }

  public int size() {
    return bytes.length;
  }

  /// A read-only view of the encoded bytes.
  public ByteBuffer encoded() {
    return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
  }
}
