package io.pandion.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.DataType;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SortedScalarIndexTest {
  @ParameterizedTest
  @EnumSource(names = {"BOOL", "INT8", "INT32", "INT64", "FLOAT", "DOUBLE", "VARCHAR"})
  void ranges_equal_a_scan_of_the_column(DataType type) {
    Random random = TestVectors.random();
    ColumnBuilder builder = new ColumnBuilder(type, 0);
    for (int row = 0; row < 300; row++) {
      builder.add(random.nextInt(10) == 0 ? null : value(type, random));
    }
    Column column = builder.build();
    SortedScalarIndex index = index(column);
    assertThat(index.rows()).isEqualTo(300);
    for (int round = 0; round < 300; round++) {
      Object from = random.nextInt(5) == 0 ? null : value(type, random);
      Object to = random.nextInt(5) == 0 ? null : value(type, random);
      boolean fromIncluded = random.nextBoolean();
      boolean toIncluded = random.nextBoolean();
      long[] found = new long[5];
      index.range(from, fromIncluded, to, toIncluded, found);
      BitSet wanted = new BitSet();
      for (int row = 0; row < 300; row++) {
        Object value = column.value(row);
        if (value != null
            && (from == null || order(value, from) > (fromIncluded ? -1 : 0))
            && (to == null || order(value, to) < (toIncluded ? 1 : 0))) {
          wanted.set(row);
        }
      }
      assertThat(BitSet.valueOf(found)).isEqualTo(wanted);
    }
  }

  private static Object value(DataType type, Random random) {
    int small = random.nextInt(-20, 20);
    return switch (type) {
      case BOOL -> small > 0;
      case INT8, INT32 -> small;
      case INT64 -> small + (1L << 60);
      case FLOAT -> small / 4f;
      case DOUBLE -> small / 10.0;
      default -> "é\ud83d\ude00\uffee z".substring(0, random.nextInt(2) * 3) + small;
    };
  }

  private static int order(Object a, Object b) {
    return switch (a) {
      case String s ->
          Integer.signum(
              Arrays.compareUnsigned(
                  s.getBytes(StandardCharsets.UTF_8),
                  ((String) b).getBytes(StandardCharsets.UTF_8)));
      case Boolean x -> x.compareTo((Boolean) b);
      default -> new BigDecimal(a.toString()).compareTo(new BigDecimal(b.toString()));
    };
  }

  private static SortedScalarIndex index(Column column) {
    return SortedScalarIndex.open(MemorySegment.ofArray(SortedScalarIndex.build(column)));
  }

  private static BitSet in(Column column, Object... wanted) {
    long[] found = new long[1];
    index(column).in(List.of(wanted), found);
    return BitSet.valueOf(found);
  }

  private static BitSet bits(int... rows) {
    BitSet out = new BitSet();
    Arrays.stream(rows).forEach(out::set);
    return out;
  }

  @Test
  void numbers_are_compared_by_value_whatever_their_type() {
    Column longs = Column.Longs.of(3, Long.MAX_VALUE, Long.MAX_VALUE - 1, -3);
    assertThat(in(longs, 3.0, Long.MAX_VALUE - 1)).isEqualTo(bits(0, 2));
    assertThat(in(longs, (double) Long.MAX_VALUE, 2.5)).isEqualTo(bits());
    assertThat(below(longs, -2.5)).isEqualTo(bits(3));
    Column doubles = new Column.Doubles(new double[] {-0.0, 1e300, Double.NaN, 2}, null);
    assertThat(in(doubles, 0, 2L)).isEqualTo(bits(0, 3));
    assertThat(in(doubles, Double.NaN)).isEqualTo(bits());
    assertThat(below(doubles, null)).isEqualTo(bits(0, 1, 3));
  }

  private static BitSet below(Column column, @Nullable Object bound) {
    long[] found = new long[1];
    index(column).range(null, false, bound, false, found);
    return BitSet.valueOf(found);
  }

  @Test
  void nothing_is_found_in_an_empty_column() {
    assertThat(in(Column.Strings.of(), "a")).isEqualTo(bits());
    assertThat(in(Column.Longs.of(), 1)).isEqualTo(bits());
  }

  @Test
  void a_value_of_another_kind_is_refused() {
    assertThatThrownBy(() -> in(Column.Longs.of(1), "one"))
        .isInstanceOf(PandionException.class)
        .hasMessage("a numeric field cannot be compared with one");
  }

  @Test
  void every_flipped_byte_and_every_cut_is_found() {
    byte[] bytes = SortedScalarIndex.build(Column.Strings.of("b", "a", "c"));
    for (int i = 0; i < bytes.length; i++) {
      byte[] flipped = bytes.clone();
      flipped[i] ^= 4;
      assertCorrupt(flipped);
      assertCorrupt(Arrays.copyOf(bytes, i));
    }
  }

  private static void assertCorrupt(byte[] bytes) {
    assertThatThrownBy(() -> SortedScalarIndex.open(MemorySegment.ofArray(bytes)))
        .isInstanceOfSatisfying(
            PandionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CORRUPT_DATA));
  }
}
