package io.pandion.wal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A growing little-endian byte array. One thread.
final class Bytes {
  private ByteBuffer buffer = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);

  Bytes u8(int value) {
    room(1).put((byte) value);
    return this;
  }

  Bytes i32(int value) {
    room(Integer.BYTES).putInt(value);
    return this;
  }

  Bytes i64(long value) {
    room(Long.BYTES).putLong(value);
    return this;
  }

  Bytes f64(double value) {
    room(Double.BYTES).putDouble(value);
    return this;
  }

  /// Length, then bytes.
  Bytes bytes(byte[] value) {
    i32(value.length);
    room(value.length).put(value);
    return this;
  }

  Bytes string(String value) {
    return bytes(value.getBytes(StandardCharsets.UTF_8));
  }

  /// The floats, without their number.
  Bytes floats(float[] values) {
    ByteBuffer at = room(values.length * Float.BYTES);
    at.asFloatBuffer().put(values);
    at.position(at.position() + values.length * Float.BYTES);
    return this;
  }

  byte[] toArray() {
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  private ByteBuffer room(int bytes) {
    if (buffer.remaining() < bytes) {
      int capacity = Math.max(buffer.capacity() * 2, buffer.position() + bytes);
      buffer = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN).put(buffer.flip());
    }
    return buffer;
  }
}
