package io.pandion.index.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// What each value of each code adds to the score of one query, as bytes. One thread writes, then
/// any number read; reusable.
public final class ScanTable {
  final int groups;
  final MemorySegment memory;
  final byte[] bytes;
  float scale;
  float bias;

  /// @param codes of a row
  public ScanTable(int codes) {
    groups = BlockScan.groups(codes);
    memory = Arena.ofAuto().allocate(64L * groups, 64);
    bytes = new byte[64 * groups];
  }

  /// Turns to another query.
  ///
  /// @param partial 16 floats for each code: what its values add to the score
  public void set(float[] partial, int codes) {
    float widest = 0;
    float least = 0;
    for (int m = 0; m < codes; m++) {
      float low = Float.POSITIVE_INFINITY;
      float high = Float.NEGATIVE_INFINITY;
      for (int c = 16 * m; c < 16 * m + 16; c++) {
        low = Math.min(low, partial[c]);
        high = Math.max(high, partial[c]);
      }
      widest = Math.max(widest, high - low);
      least += low;
    }
    scale = widest / 255;
    bias = least;
    float by = widest > 0 ? 255 / widest : 0;
    for (int m = 0; m < codes; m++) {
      float low = Float.POSITIVE_INFINITY;
      for (int c = 16 * m; c < 16 * m + 16; c++) {
        low = Math.min(low, partial[c]);
      }
      for (int c = 16 * m; c < 16 * m + 16; c++) {
        bytes[c] = (byte) (int) ((partial[c] - low) * by + 0.5f);
      }
    }
    MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, 16 * codes);
  }
}
