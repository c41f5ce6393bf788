package io.pandion.wal;

import io.pandion.model.PandionException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Reads what [Bytes] wrote; never trusts a length. One thread.
final class BytesReader {
  private final ByteBuffer buffer;

  BytesReader(byte[] bytes) {
    buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  int u8() {
    return buffer.get() & 0xFF;
  }

  int i32() {
    return buffer.getInt();
  }

  long i64() {
    return buffer.getLong();
  }

  double f64() {
    return buffer.getDouble();
  }

  /// A number of elements of at least `elementBytes` each, which must fit in what is left.
  int count(int elementBytes) {
    int count = i32();
    if (count < 0 || (long) count * elementBytes > buffer.remaining()) {
      throw PandionException.corrupt(
          "WAL payload names "
              + count
              + " elements where "
              + buffer.remaining()
              + " bytes are left");
    }
    return count;
  }

  byte[] bytes() {
    byte[] out = new byte[count(1)];
    buffer.get(out);
    return out;
  }

  String string() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  float[] floats(int count) {
    if (count < 0 || (long) count * Float.BYTES > buffer.remaining()) {
      throw PandionException.corrupt("WAL payload names " + count + " floats beyond its end");
    }
    float[] out = new float[count];
    buffer.asFloatBuffer().get(out);
    buffer.position(buffer.position() + count * Float.BYTES);
    return out;
  }

  void expectEnd() {
    if (buffer.hasRemaining()) {
      throw PandionException.corrupt(buffer.remaining() + " bytes behind the end of a WAL payload");
    }
  }
}
