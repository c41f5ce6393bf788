package io.pandion.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.model.RowBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class WalPayloadCodecRandomTest {
  private static final int KINDS = 10;
  private static final long SEED = Long.getLong("seed", System.nanoTime());
  private Random random;

  @BeforeEach
  void seed() {
    System.out.println("WalPayloadCodecRandomTest -Dseed=" + SEED);
    random = new Random(SEED);
  }

  @Test
  void every_payload_comes_back_as_it_was() {
    for (int i = 0; i < 400; i++) {
      WalPayload payload = payload(i % KINDS);
      assertSame(WalPayloadCodec.decode(WalPayloadCodec.encode(payload)), payload);
    }
  }

  @Test
  void the_segment_is_put_into_the_encoded_bytes() {
    for (int kind : new int[] {0, 2}) {
      WalBody body = WalBody.of(payload(kind));
      body.assign(123_456_789_012L);
      byte[] bytes = new byte[body.size()];
      body.encoded().get(bytes);
      assertSame(WalBody.ofBytes(bytes).payload(), body.payload());
    }
  }

  @Test
  void every_cut_of_a_payload_is_corrupt() {
    for (int kind = 0; kind < KINDS; kind++) {
      byte[] whole = WalPayloadCodec.encode(payload(kind));
      for (int length = 0; length < whole.length; length++) {
        byte[] cut = Arrays.copyOf(whole, length);
        assertThatThrownBy(() -> WalPayloadCodec.decode(cut))
            .isInstanceOfSatisfying(
                PandionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CORRUPT_DATA));
      }
    }
  }

  @Test
  void bytes_behind_a_payload_are_corrupt() {
    for (int kind = 0; kind < KINDS; kind++) {
      byte[] whole = WalPayloadCodec.encode(payload(kind));
      assertThatThrownBy(() -> WalPayloadCodec.decode(Arrays.copyOf(whole, whole.length + 1)))
          .isInstanceOf(PandionException.class);
    }
  }

  @Test
  void damaged_bytes_are_a_payload_or_corrupt_and_nothing_else() {
    int corrupt = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = WalPayloadCodec.encode(payload(i % KINDS));
      int damages = 1 + random.nextInt(4);
      for (int d = 0; d < damages; d++) {
        damage(bytes);
      }
      corrupt += decodes(bytes) ? 0 : 1;
    }
    assertThat(corrupt).isBetween(2_000, 20_000);
  }

  @Test
  void random_bytes_are_a_payload_or_corrupt_and_nothing_else() {
    int corrupt = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[2 + random.nextInt(200)];
      random.nextBytes(bytes);
      bytes[0] = 1;
      bytes[1] = (byte) (1 + random.nextInt(KINDS));
      corrupt += decodes(bytes) ? 0 : 1;
    }
    assertThat(corrupt).isGreaterThan(10_000);
  }

  private void damage(byte[] bytes) {
    int at = random.nextInt(bytes.length);
    switch (random.nextInt(3)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[at] = (byte) random.nextInt();
      default -> {
        // lengths are where damage hurts: huge and negative ones
        byte[] length =
            random.nextBoolean() ? new byte[] {-1, -1, -1, 127} : new byte[] {0, 0, 0, -128};
        for (int i = 0; i < 4 && at + i < bytes.length; i++) {
          bytes[at + i] = length[i];
        }
      }
    }
  }

  private static boolean decodes(byte[] bytes) {
    try {
      WalPayloadCodec.decode(bytes);
      return true;
    } catch (PandionException e) {
      assertThat(e.reason()).isEqualTo(Reason.CORRUPT_DATA);
      return false;
    } catch (RuntimeException | OutOfMemoryError e) {
      return fail("damaged bytes gave " + e, e);
    }
  }

  private WalPayload payload(int kind) {
    long collection = random.nextLong();
    return switch (kind) {
      case 0 -> new WalPayload.Insert(collection, random.nextLong(), random.nextLong(), rows());
      case 1 -> new WalPayload.Delete(collection, WalPayload.ALL_PARTITIONS, keys());
      case 2 ->
          new WalPayload.Upsert(collection, random.nextLong(), random.nextLong(), keys(), rows());
      case 3 ->
          new WalPayload.SealSegments(collection, random.longs(random.nextInt(5)).boxed().toList());
      case 4 -> new WalPayload.CreateShard(collection, schema());
      case 5 -> new WalPayload.DropShard(collection);
      case 6 -> new WalPayload.DropPartition(collection, random.nextLong());
      case 7 -> new WalPayload.Truncate(collection);
      case 8 -> new WalPayload.AlterSchema(collection, schema());
      default -> new WalPayload.RecoveryBarrier();
    };
  }

  private Column keys() {
    return column(random.nextBoolean() ? DataType.INT64 : DataType.VARCHAR, random.nextInt(9), 0);
  }

  private RowBatch rows() {
    int rows = random.nextInt(20);
    Map<Long, Column> columns = new LinkedHashMap<>();
    for (DataType type : DataType.values()) {
      columns.put(random.nextLong(), column(type, rows, type.isVector() ? 0 : 0.3));
    }
    return new RowBatch(rows, columns);
  }

  private Column column(DataType type, int rows, double nulls) {
    int dimension = 1 + random.nextInt(7);
    ColumnBuilder out = new ColumnBuilder(type, dimension);
    for (int i = 0; i < rows; i++) {
      out.add(random.nextDouble() < nulls ? null : value(type, dimension));
    }
    return out.build();
  }

  private Object value(DataType type, int dimension) {
    return switch (type) {
      case BOOL -> (Object) random.nextBoolean();
      case INT8, INT16, INT32 -> random.nextInt();
      case INT64 -> random.nextLong();
      case FLOAT -> Float.intBitsToFloat(random.nextInt());
      case DOUBLE -> Double.longBitsToDouble(random.nextLong());
      case VARCHAR -> text();
      case JSON -> "{\"a\":\"" + random.nextInt() + "\"}";
      case FLOAT_VECTOR -> {
        float[] out = new float[dimension];
        for (int i = 0; i < dimension; i++) {
          out[i] = random.nextFloat();
        }
        yield out;
      }
    };
  }

  private String text() {
    StringBuilder out = new StringBuilder();
    for (int i = random.nextInt(12); i > 0; i--) {
      out.append(List.of("a", "ß", "鷹", "🦅", "\0", "\"").get(random.nextInt(6)));
    }
    return out.toString();
  }

  private CollectionSchema schema() {
    List<FieldSchema> fields = new ArrayList<>();
    List<Object> defaults = Arrays.asList(null, true, 7, 1L << 40, 1.5f, 2.5, "z");
    for (DataType type : DataType.values()) {
      fields.add(
          new FieldSchema(
              random.nextLong(),
              text(),
              text(),
              type,
              random.nextBoolean(),
              random.nextBoolean(),
              random.nextBoolean(),
              random.nextBoolean(),
              random.nextBoolean(),
              defaults.get(random.nextInt(defaults.size())),
              random.nextInt(),
              random.nextInt(),
              random.nextBoolean(),
              random.nextBoolean() ? Map.of() : Map.of("k", text(), "l", text())));
    }
    return new CollectionSchema(text(), text(), fields, random.nextBoolean(), random.nextInt());
  }

  /// Rows and columns have no equals: compares their values, nulls included.
  private static void assertSame(WalPayload actual, WalPayload expected) {
    switch (expected) {
      case WalPayload.Insert e -> {
        WalPayload.Insert a = (WalPayload.Insert) actual;
        assertThat(List.of(a.collectionId(), a.partitionId(), a.segmentId()))
            .isEqualTo(List.of(e.collectionId(), e.partitionId(), e.segmentId()));
        assertSameRows(a.rows(), e.rows());
      }
      case WalPayload.Upsert e -> {
        WalPayload.Upsert a = (WalPayload.Upsert) actual;
        assertThat(List.of(a.collectionId(), a.partitionId(), a.segmentId()))
            .isEqualTo(List.of(e.collectionId(), e.partitionId(), e.segmentId()));
        assertSameColumn(a.keys(), e.keys());
        assertSameRows(a.rows(), e.rows());
      }
      case WalPayload.Delete e -> {
        WalPayload.Delete a = (WalPayload.Delete) actual;
        assertThat(List.of(a.collectionId(), a.partitionId()))
            .isEqualTo(List.of(e.collectionId(), e.partitionId()));
        assertSameColumn(a.keys(), e.keys());
      }
      default -> assertThat(actual).isEqualTo(expected);
    }
  }

  private static void assertSameRows(RowBatch actual, RowBatch expected) {
    assertThat(actual.rows()).isEqualTo(expected.rows());
    assertThat(List.copyOf(actual.fieldIds())).isEqualTo(List.copyOf(expected.fieldIds()));
    for (long field : expected.fieldIds()) {
      assertSameColumn(actual.column(field), expected.column(field));
    }
  }

  private static void assertSameColumn(Column actual, Column expected) {
    assertThat(actual.getClass()).isEqualTo(expected.getClass());
    assertThat(actual.size()).isEqualTo(expected.size());
    for (int row = 0; row < expected.size(); row++) {
      assertThat(actual.isNull(row)).isEqualTo(expected.isNull(row));
      assertThat(actual.value(row)).isEqualTo(expected.value(row));
    }
  }
}
