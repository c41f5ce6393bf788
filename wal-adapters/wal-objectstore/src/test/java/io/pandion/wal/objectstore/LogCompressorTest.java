package io.pandion.wal.objectstore;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Which bodies a log compresses.
class LogCompressorTest {
  private final BodyCompressor zstd = new BodyCompressor();
  private final LogCompressor log = new LogCompressor(zstd);

  private static ByteBuffer text(int bytes) {
    return ByteBuffer.wrap(
        "pandion haliaetus ".repeat(bytes / 18 + 1).getBytes(StandardCharsets.US_ASCII), 5, bytes);
  }

  private static ByteBuffer noise(int bytes) {
    byte[] noise = new byte[bytes];
    new SplittableRandom(bytes).nextBytes(noise);
    return ByteBuffer.wrap(noise);
  }

  private long compressed(int bodies) {
    return IntStream.range(0, bodies).filter(_ -> log.compress(text(1_000)) != null).count();
  }

  @Test
  void a_body_that_gains_is_compressed_wherever_it_lies_in_its_buffer() {
    for (ByteBuffer body : new ByteBuffer[] {text(1_000), ByteBuffer.allocateDirect(1_000)}) {
      ByteBuffer before = body.duplicate();
      byte[] packed = log.compress(body.asReadOnlyBuffer());
      assertThat(packed).isNotNull().hasSizeLessThan(200);
      assertThat(ByteBuffer.wrap(Zstd.decompress(packed, 1_000))).isEqualTo(before);
      assertThat(log.compress(body)).isEqualTo(packed);
      assertThat(body).isEqualTo(before);
    }
  }

  @Test
  void a_short_body_stays_as_it_is() {
    assertThat(log.compress(text(255))).isNull();
  }

  @Test
  void after_many_that_gain_nothing_one_of_sixteen_is_tried_and_one_that_gains_brings_all_back() {
    assertThat(log.compress(noise(1_000))).isNull();
    assertThat(compressed(100)).isEqualTo(100);
    for (int i = 0; i < 100; i++) {
      assertThat(log.compress(noise(1_000))).isNull();
    }
    // 100 were in vain: the 112th is the next that is tried
    assertThat(compressed(12)).isZero();
    assertThat(compressed(50)).isEqualTo(50);
  }
}
