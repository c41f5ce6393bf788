package io.pandion.wal;

import io.pandion.model.PandionException;
import io.pandion.wal.WalPayload.AlterSchema;
import io.pandion.wal.WalPayload.CreateShard;
import io.pandion.wal.WalPayload.Delete;
import io.pandion.wal.WalPayload.DropPartition;
import io.pandion.wal.WalPayload.DropShard;
import io.pandion.wal.WalPayload.Insert;
import io.pandion.wal.WalPayload.RecoveryBarrier;
import io.pandion.wal.WalPayload.SealSegments;
import io.pandion.wal.WalPayload.Truncate;
import io.pandion.wal.WalPayload.Upsert;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// The bytes of a [WalPayload], version 1. Little-endian.
///
/// ```
/// payload  := version:u8 (= 1)  kind:u8  body
/// body     := Insert(1)         collection:i64 partition:i64 segment:i64 rows
///           | Delete(2)         collection:i64 partition:i64 column
///           | Upsert(3)         collection:i64 partition:i64 segment:i64 column rows
///           | SealSegments(4)   collection:i64 count:i32 (segment:i64)*
///           | CreateShard(5)    collection:i64 schema
///           | DropShard(6)      collection:i64
///           | DropPartition(7)  collection:i64 partition:i64
///           | Truncate(8)       collection:i64
///           | AlterSchema(9)    collection:i64 schema
///           | RecoveryBarrier(10)
/// ```
///
/// Rows and columns are those of [ColumnCodec], schemas those of [SchemaCodec].
final class WalPayloadCodec {
  static final byte VERSION = 1;

  private WalPayloadCodec() {}

  static byte[] encode(WalPayload payload) {
    Bytes out = new Bytes();
    out.u8(VERSION);
    switch (payload) {
      case Insert p -> {
        out.u8(1).i64(p.collectionId()).i64(p.partitionId()).i64(p.segmentId());
        ColumnCodec.writeRows(out, p.rows());
      }
      case Delete p -> {
        out.u8(2).i64(p.collectionId()).i64(p.partitionId());
        ColumnCodec.write(out, p.keys());
      }
      case Upsert p -> {
        out.u8(3).i64(p.collectionId()).i64(p.partitionId()).i64(p.segmentId());
        ColumnCodec.write(out, p.keys());
        ColumnCodec.writeRows(out, p.rows());
      }
      case SealSegments p -> {
        out.u8(4).i64(p.collectionId()).i32(p.segmentIds().size());
        p.segmentIds().forEach(out::i64);
      }
      case CreateShard p -> SchemaCodec.write(out.u8(5).i64(p.collectionId()), p.schema());
      case DropShard p -> out.u8(6).i64(p.collectionId());
      case DropPartition p -> out.u8(7).i64(p.collectionId()).i64(p.partitionId());
      case Truncate p -> out.u8(8).i64(p.collectionId());
      case AlterSchema p -> SchemaCodec.write(out.u8(9).i64(p.collectionId()), p.schema());
      case RecoveryBarrier _ -> out.u8(10);
    }
    return out.toArray();
  }

  /// Overwrites the segment of an encoded Insert or Upsert: version, kind, collection, partition
  /// stand before it.
  static void putSegment(byte[] bytes, long segmentId) {
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(2 + 2 * Long.BYTES, segmentId);
  }

  static WalPayload decode(byte[] bytes) {
    try {
      BytesReader in = new BytesReader(bytes);
      int version = in.u8();
      if (version != VERSION) {
        throw PandionException.corrupt("WAL payload of unknown version " + version);
      }
      WalPayload payload = body(in, in.u8());
      in.expectEnd();
      return payload;
    } catch (PandionException e) {
      throw e.reason() == PandionException.Reason.CORRUPT_DATA
          ? e
          : malformed(bytes.length, e); // a value that only wrong bytes can hold
    } catch (BufferUnderflowException | IllegalArgumentException | ArithmeticException e) {
      throw malformed(bytes.length, e);
    }
  }

  private static PandionException malformed(int length, RuntimeException cause) {
    return new PandionException(
        PandionException.Reason.CORRUPT_DATA,
        PandionException.Subject.NONE,
        "WAL payload of " + length + " bytes is cut short or malformed",
        cause);
  }

  private static WalPayload body(BytesReader in, int kind) {
    return switch (kind) {
      case 1 -> new Insert(in.i64(), in.i64(), in.i64(), ColumnCodec.readRows(in));
      case 2 -> new Delete(in.i64(), in.i64(), ColumnCodec.read(in));
      case 3 ->
          new Upsert(in.i64(), in.i64(), in.i64(), ColumnCodec.read(in), ColumnCodec.readRows(in));
      case 4 -> new SealSegments(in.i64(), longs(in));
      case 5 -> new CreateShard(in.i64(), SchemaCodec.read(in));
      case 6 -> new DropShard(in.i64());
      case 7 -> new DropPartition(in.i64(), in.i64());
      case 8 -> new Truncate(in.i64());
      case 9 -> new AlterSchema(in.i64(), SchemaCodec.read(in));
      case 10 -> new RecoveryBarrier();
      default -> throw PandionException.corrupt("WAL payload of unknown kind " + kind);
    };
  }

  private static List<Long> longs(BytesReader in) {
    int count = in.count(Long.BYTES);
    List<Long> out = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      out.add(in.i64());
    }
    return out;
  }
}
