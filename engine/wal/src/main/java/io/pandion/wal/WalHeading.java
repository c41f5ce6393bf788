package io.pandion.wal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// What the first bytes of a body say, read without decoding the rest: adapters put it beside the
/// body, so that others can choose what they read.
///
/// @param kind in lower case with dashes, such as `insert` or `seal-segments`; `other` for bytes
///   that are no payload
/// @param collectionId 0 when there is none
/// @param partitionId 0 when there is none, [WalPayload#ALL_PARTITIONS] for all
public record WalHeading(String kind, long collectionId, long partitionId) {
  private static final WalHeading OTHER = new WalHeading("other", 0, 0);

  /// By kind, from 1.
  private static final List<String> KINDS =
      List.of(
          "insert",
          "delete",
          "upsert",
          "seal-segments",
          "create-shard",
          "drop-shard",
          "drop-partition",
          "truncate",
          "alter-schema",
          "recovery-barrier");

  private static final List<String> WITH_PARTITION =
      List.of("insert", "delete", "upsert", "drop-partition");

  /// Every kind that there is, `other` too.
  public static List<String> kinds() {
    List<String> all = new ArrayList<>(KINDS);
    all.add(OTHER.kind);
    return List.copyOf(all);
  }

  public static WalHeading of(WalBody body) {
    ByteBuffer bytes = body.encoded().order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.remaining() < 2 || bytes.get() != WalPayloadCodec.VERSION) {
      return OTHER;
    }
    int number = bytes.get() & 0xFF;
    if (number < 1 || number > KINDS.size()) {
      return OTHER;
    }
    String kind = KINDS.get(number - 1);
    long collection = bytes.remaining() >= Long.BYTES ? bytes.getLong() : 0;
    boolean partition = WITH_PARTITION.contains(kind) && bytes.remaining() >= Long.BYTES;
    return new WalHeading(kind, collection, partition ? bytes.getLong() : 0);
  }
}
