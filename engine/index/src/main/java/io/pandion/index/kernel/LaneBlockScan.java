package io.pandion.index.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// The twin of the Vector API. A vector of 64 bytes holds the four tables of a group, so that one
/// selection looks 64 codes up; smaller vectors select from each part of the tables and blend.
final class LaneBlockScan implements BlockScan {
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(
          byte.class,
          VectorShape.forBitSize(
              Math.clamp(ByteVector.SPECIES_PREFERRED.vectorBitSize(), 128, 512)));
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, BYTES.vectorShape());
  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, BYTES.vectorShape());
  private static final int STEP = BYTES.length();

  /// Tables in one vector.
  private static final int TABLES = STEP / 16;

  /// Groups after which sums of shorts must be widened.
  private static final int MOST = 128;

  private static final ByteVector OFFSETS = offsets();

  private static ByteVector offsets() {
    byte[] of = new byte[STEP];
    for (int i = 0; i < STEP; i++) {
      of[i] = (byte) (16 * ((i & 3) % TABLES));
    }
    return ByteVector.fromArray(BYTES, of, 0);
  }

  /// The lanes whose table is in the n-th part.
  private static VectorMask<Byte> part(int n) {
    long lanes = 0;
    for (int i = 0; i < STEP; i++) {
      lanes |= (i & 3) / TABLES == n ? 1L << i : 0;
    }
    return VectorMask.fromLong(BYTES, lanes);
  }

  @Override
  public int scan(
      ScanTable table,
      MemorySegment blocks,
      long at,
      int rows,
      boolean trailers,
      float add,
      float above,
      ScanHits hits) {
    Objects.checkFromToIndex(0, rows, hits.capacity());
    long block = BlockScan.blockBytes(table.groups, trailers);
    int found = 0;
    for (int from = 0; from < rows; from += ROWS) {
      long start = at + from / ROWS * block;
      Arrays.fill(hits.sums, 0);
      for (int g = 0; g < table.groups; g += MOST) {
        int end = Math.min(table.groups, g + MOST);
        for (int chunk = 0; chunk < 64; chunk += STEP) {
          sums(table.bytes, blocks, start, g, end, chunk, hits.sums);
        }
      }
      found =
          ScalarBlockScan.emit(table, blocks, start, from, rows, trailers, add, above, hits, found);
    }
    return found;
  }

  /// Adds the sums of the rows in one vector of each group.
  private static void sums(
      byte[] table, MemorySegment blocks, long start, int group, int end, int chunk, int[] out) {
    ShortVector low = ShortVector.zero(SHORTS);
    ShortVector high = low;
    for (int g = group; g < end; g++) {
      ByteVector codes =
          ByteVector.fromMemorySegment(
              BYTES, blocks, start + 64L * g + chunk, ByteOrder.LITTLE_ENDIAN);
      ByteVector upper =
          codes.reinterpretAsShorts().lanewise(VectorOperators.LSHR, 4).reinterpretAsBytes();
      low = add(low, select(table, 64 * g, codes));
      high = add(high, select(table, 64 * g, upper));
    }
    widen(low, out, chunk / 4);
    widen(high, out, 16 + chunk / 4);
  }

  private static ByteVector select(byte[] table, int at, ByteVector codes) {
    ByteVector index = codes.and((byte) 15).or(OFFSETS);
    ByteVector out = index.selectFrom(ByteVector.fromArray(BYTES, table, at));
    for (int n = 1; n < 4 / TABLES; n++) {
      ByteVector other = index.selectFrom(ByteVector.fromArray(BYTES, table, at + n * STEP));
      out = out.blend(other, part(n));
    }
    return out;
  }

  private static ShortVector add(ShortVector sum, ByteVector bytes) {
    ShortVector pairs = bytes.reinterpretAsShorts();
    return sum.add(pairs.and((short) 255)).add(pairs.lanewise(VectorOperators.LSHR, 8));
  }

  private static void widen(ShortVector sums, int[] out, int at) {
    IntVector pairs = sums.reinterpretAsInts();
    pairs
        .and(0xffff)
        .add(pairs.lanewise(VectorOperators.LSHR, 16))
        .add(IntVector.fromArray(INTS, out, at))
        .intoArray(out, at);
  }
}
