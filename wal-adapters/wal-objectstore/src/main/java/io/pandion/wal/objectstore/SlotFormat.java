package io.pandion.wal.objectstore;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/// The bytes of one object of the log, version 1. Little-endian; every checksum is a CRC32C.
///
/// ```
/// object  := header records* index trailer
///
/// header (64 bytes)
///    0  magic:i64          "PNDNWAL1"
///    8  version:i16 (= 1)
///   10  kind:u8            1 DATA, 2 FENCE, 3 CLOSE
///   11  zero:u8
///   12  records:i32        in the object; 0 but for DATA
///   16  stream:i64 i64     high and low half of the stream's name
///   32  slot:i64
///   40  writer:i64         64 random bits of the incarnation that made the object
///   48  previous:i32       checksum (in the trailer) of the slot before; 0 in slot 0, FENCE, CLOSE
///   52  length:i32         of the whole object
///   56  zero:i32
///   60  checksum:i32       of bytes 0 to 59
///
/// record
///    0  length:i32         of what follows the checksum
///    4  checksum:i32       of what follows
///    8  channel:i32        checksum of the channel's name
///   12  flags:u8           1: the body is compressed with zstd
///   13  term:i64
///   21  seq:i64            dense in the channel (the lsn)
///   29  tick:i64
///   37  vchannel:i16 bytes UTF-8, after its length
///       size:i32           of the body before compression
///       body
///
/// index                    one entry a channel; the records of a channel lie together
///       channels:i32
///       entry*  := name:i16 bytes  offset:i32 length:i32 records:i32
///                  firstSeq:i64 lastSeq:i64 firstTick:i64 lastTick:i64
///
/// trailer (32 bytes)
///    0  indexOffset:i32
///    4  indexLength:i32
///    8  checksum:i32       of everything before the trailer
///   12  records:i32
///   16  slot:i64
///   24  magic:i64          "PNDNEND1"
/// ```
///
/// FENCE ends a stream against its writer's will, CLOSE with it: nothing behind either counts.
final class SlotFormat {
  static final long MAGIC = 0x314C_4157_4E44_4E50L;
  static final long END_MAGIC = 0x3144_4E45_4E44_4E50L;
  static final short VERSION = 1;
  static final int HEADER = 64;
  static final int HEADER_CRC = 60;
  static final int TRAILER = 32;

  /// Length of a FENCE or CLOSE object.
  static final int EMPTY = HEADER + Integer.BYTES + TRAILER;

  static final int RECORD_PREFIX = 8;

  /// Bytes of a record without the name of the vchannel and the body.
  static final int RECORD_FIXED = 43;

  static final byte ZSTD = 1;
  static final byte DATA = 1;
  static final byte FENCE = 2;
  static final byte CLOSE = 3;

  private SlotFormat() {}

  static int crc(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }

  static int crc(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    return crc(bytes, 0, bytes.length);
  }
}
