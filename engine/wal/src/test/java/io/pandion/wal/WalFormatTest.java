package io.pandion.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.model.CollectionSchema;
import io.pandion.model.Column;
import io.pandion.model.ColumnBuilder;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.RowBatch;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The bytes of one message of each kind, as `docs/wal-format.md` describes them. They lie in
/// `v1/KIND.hex` for ever: logs that were written with them must stay readable.
final class WalFormatTest {
  static List<WalPayload> messages() {
    return List.of(
        new WalPayload.Insert(258, 3, 4, rows()),
        new WalPayload.Delete(258, WalPayload.ALL_PARTITIONS, keys()),
        new WalPayload.Upsert(258, 3, 4, keys(), rows()),
        new WalPayload.SealSegments(258, List.of(4L, 1L << 40)),
        new WalPayload.CreateShard(258, schema(1)),
        new WalPayload.DropShard(258),
        new WalPayload.DropPartition(258, 3),
        new WalPayload.Truncate(258),
        new WalPayload.AlterSchema(258, schema(2)),
        new WalPayload.RecoveryBarrier());
  }

  @ParameterizedTest
  @MethodSource("messages")
  void a_message_is_these_bytes(WalPayload message) throws Exception {
    WalBody body = WalBody.of(message);
    byte[] bytes = new byte[body.size()];
    body.encoded().get(bytes);
    String kind = WalHeading.of(body).kind();
    assertThat(HexFormat.of().formatHex(bytes)).as(kind).isEqualTo(golden(kind));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void these_bytes_are_the_message(WalPayload message) throws Exception {
    String kind = WalHeading.of(WalBody.of(message)).kind();
    WalBody read = WalBody.ofBytes(HexFormat.of().parseHex(golden(kind)));
    // rows and columns have no equals: what is read is written as the same bytes
    assertThat(WalBody.of(read.payload()).encoded()).isEqualTo(WalBody.of(message).encoded());
    assertThat(read.payload().getClass()).isEqualTo(message.getClass());
  }

  /// Hexadecimal digits; blanks, line ends and what follows a # do not count.
  private static String golden(String kind) throws Exception {
    try (InputStream in = WalFormatTest.class.getResourceAsStream("v1/" + kind + ".hex")) {
      String text =
          new String(Objects.requireNonNull(in, kind).readAllBytes(), StandardCharsets.US_ASCII);
      return text.lines()
          .map(line -> line.replaceFirst("#.*", "").replaceAll("\\s", ""))
          .collect(Collectors.joining());
    }
  }

  private static Column keys() {
    return column(DataType.INT64, 1L, -2L);
  }

  private static RowBatch rows() {
    Map<Long, Column> columns = new LinkedHashMap<>();
    columns.put(100L, keys());
    columns.put(101L, column(DataType.BOOL, true, null));
    columns.put(102L, column(DataType.INT32, 7, -7));
    columns.put(103L, column(DataType.FLOAT, 1.5f, -0f));
    columns.put(104L, column(DataType.DOUBLE, 2.5, null));
    columns.put(105L, column(DataType.VARCHAR, "ß", ""));
    columns.put(106L, column(DataType.JSON, "{\"a\":1}", null));
    columns.put(107L, column(DataType.FLOAT_VECTOR, new float[] {1, 2}, new float[] {3, 4}));
    return new RowBatch(2, columns);
  }

  private static Column column(DataType type, @Nullable Object... values) {
    ColumnBuilder out = new ColumnBuilder(type, type.isVector() ? 2 : 0);
    Arrays.stream(values).forEach(out::add);
    return out.build();
  }

  private static CollectionSchema schema(int version) {
    FieldSchema key =
        new FieldSchema(
            100,
            "id",
            "",
            DataType.INT64,
            true,
            true,
            false,
            false,
            false,
            null,
            0,
            0,
            false,
            Map.of());
    FieldSchema text =
        new FieldSchema(
            101,
            "text",
            "what",
            DataType.VARCHAR,
            false,
            false,
            true,
            false,
            true,
            "x",
            64,
            0,
            false,
            Map.of("b", "2", "a", "1"));
    FieldSchema vector =
        new FieldSchema(
            102,
            "v",
            "",
            DataType.FLOAT_VECTOR,
            false,
            false,
            false,
            false,
            false,
            null,
            0,
            2,
            false,
            Map.of());
    return new CollectionSchema("c", "d", List.of(key, text, vector), true, version);
  }
}
