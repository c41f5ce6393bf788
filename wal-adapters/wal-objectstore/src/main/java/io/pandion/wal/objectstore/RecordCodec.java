package io.pandion.wal.objectstore;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.pandion.model.PandionException;
import io.pandion.wal.Wal;
import io.pandion.wal.WalBody;
import io.pandion.wal.WalMessage;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Messages of one channel as records, as [SlotFormat] specifies them, and back. Encoding: any
/// number of threads.
final class RecordCodec {
  static final int MAX_VCHANNEL = 0xFFFF;

  private RecordCodec() {}

  /// @param channel checksum of the channel's name
  static byte[] encode(int channel, WalMessage message, LogCompressor compressor) {
    byte[] vchannel = message.vchannel().getBytes(StandardCharsets.UTF_8);
    int size = message.body().size();
    ByteBuffer stored = message.body().encoded();
    byte[] packed = compressor.compress(stored);
    if (packed != null) {
      stored = ByteBuffer.wrap(packed);
    }
    byte[] bytes = new byte[SlotFormat.RECORD_FIXED + vchannel.length + stored.remaining()];
    ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(bytes.length - SlotFormat.RECORD_PREFIX).putInt(0).putInt(channel);
    out.put(packed == null ? 0 : SlotFormat.ZSTD);
    out.putLong(message.term()).putLong(message.lsn()).putLong(message.tick());
    out.putShort((short) vchannel.length).put(vchannel).putInt(size).put(stored);
    out.putInt(
        4,
        SlotFormat.crc(bytes, SlotFormat.RECORD_PREFIX, bytes.length - SlotFormat.RECORD_PREFIX));
    return bytes;
  }

  /// Walks over the records of one channel. One thread.
  static final class Cursor {
    private final String name;
    private final int channel;
    private final byte[] bytes;
    private final ByteBuffer in;

    /// @param name of the object, for errors
    /// @param channel checksum of the channel's name
    Cursor(String name, int channel, byte[] bytes) {
      this.name = name;
      this.channel = channel;
      this.bytes = bytes;
      this.in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// The next message, or null at the end.
    ///
    /// @throws PandionException CORRUPT_DATA when a record is damaged or another channel's
    @Nullable WalMessage next() {
      if (!in.hasRemaining()) {
        return null;
      }
      int at = in.position();
      try {
        int length = in.getInt();
        int checksum = in.getInt();
        if (length < SlotFormat.RECORD_FIXED - SlotFormat.RECORD_PREFIX
            || length > in.remaining()
            || checksum != SlotFormat.crc(bytes, in.position(), length)) {
          throw corrupt("record at " + at + " fails its checksum");
        }
        int end = in.position() + length;
        if (in.getInt() != channel) {
          throw corrupt("record at " + at + " is another channel's");
        }
        byte flags = in.get();
        long term = in.getLong();
        long seq = in.getLong();
        long tick = in.getLong();
        byte[] vchannel = new byte[in.getShort() & 0xFFFF];
        in.get(vchannel);
        int size = in.getInt();
        byte[] stored = new byte[end - in.position()];
        in.get(stored);
        byte[] body = (flags & SlotFormat.ZSTD) == 0 ? stored : decompress(stored, size, at);
        if (body.length != size) {
          throw corrupt("record at " + at + " has a body of another size than it says");
        }
        return new WalMessage(
            seq, term, tick, new String(vchannel, StandardCharsets.UTF_8), WalBody.ofBytes(body));
      } catch (BufferUnderflowException | NegativeArraySizeException e) {
        throw corrupt("record at " + at + " is cut off");
      }
    }

    private byte[] decompress(byte[] stored, int size, int at) {
      if (size < 0 || size > Wal.MAX_BODY_BYTES) {
        throw corrupt("record at " + at + " says it has " + size + " bytes");
      }
      try {
        return Zstd.decompress(stored, size);
      } catch (ZstdException e) {
        throw corrupt("record at " + at + " does not decompress: " + e.getMessage());
      }
    }

    private PandionException corrupt(String what) {
      return PandionException.corrupt("log object '" + name + "': " + what);
    }
  }
}
