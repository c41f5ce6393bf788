package io.pandion.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.CollectionSchema;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.PandionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestStoreTest {
  @TempDir private Path directory;
  private FileObjectStore store;
  private ManifestStore manifests;

  @BeforeEach
  void open() {
    store = new FileObjectStore(directory);
    manifests = new ManifestStore(store);
  }

  private static FieldSchema withDefault(long id, DataType type, Object value) {
    return new FieldSchema(
        id, "f" + id, "", type, false, false, false, false, true, value, 0, 0, false, Map.of());
  }

  private static SegmentManifest manifest(long partition, long version, long rows) {
    CollectionSchema schema =
        new CollectionSchema(
            "größe",
            "",
            List.of(
                FieldSchema.key(100, "id", DataType.INT64),
                FieldSchema.vector(101, "v", 4),
                withDefault(102, DataType.BOOL, true),
                withDefault(103, DataType.INT32, 7),
                withDefault(104, DataType.INT64, 8L),
                withDefault(105, DataType.FLOAT, 0.1f),
                withDefault(106, DataType.DOUBLE, 3.0),
                withDefault(107, DataType.VARCHAR, "12"),
                withDefault(108, DataType.DOUBLE, Double.NaN),
                withDefault(109, DataType.INT8, -1)),
            true,
            5);
    return new SegmentManifest(
        3,
        1,
        partition,
        "dml_0_1v0",
        "L1",
        version,
        rows,
        10,
        20,
        30,
        Long.MAX_VALUE,
        schema,
        List.of(
            new FileRef(FileRef.Kind.BINLOG, "seg/1/2/3/binlog/x", 99, -5, -1, -1, rows),
            new FileRef(FileRef.Kind.INDEX, "seg/1/2/3/index/y", 9, 5, 101, 77, rows)),
        List.of(1L, 2L));
  }

  @Test
  void a_manifest_comes_back_with_defaults_of_the_types_of_their_fields() {
    SegmentManifest written = manifest(2, 1, 50);
    assertThat(manifests.write(written)).isEqualTo(1);
    SegmentManifest read = manifests.read(1, 2, 3, 1);
    assertThat(read).isEqualTo(written);
    assertThat(read.schema().field(104).defaultValue()).isEqualTo(8L);
    assertThat(read.schema().field(105).defaultValue()).isEqualTo(0.1f);
    assertThat(read.schema().field(106).defaultValue()).isEqualTo(3.0);
    assertThat(read.schema().field(107).defaultValue()).isEqualTo("12");
  }

  @Test
  void the_same_content_is_one_version_and_another_takes_the_next_free_one() {
    assertThat(manifests.write(manifest(2, 1, 50))).isEqualTo(1);
    assertThat(manifests.write(manifest(2, 1, 50))).isEqualTo(1);
    assertThat(manifests.write(manifest(2, 1, 51))).isEqualTo(2);
    assertThat(manifests.write(manifest(2, 1, 51))).isEqualTo(2);
    assertThat(manifests.write(manifest(2, 7, 51))).isEqualTo(7);
    assertThat(manifests.versions(1, 2, 3)).containsExactly(1L, 2L, 7L);
    assertThat(manifests.versions(1, 2, 4)).isEmpty();
    assertThat(manifests.read(1, 2, 3, 2).rows()).isEqualTo(51);
    assertThat(manifests.read(1, 2, 3, 2).version()).isEqualTo(2);
  }

  @Test
  void of_racing_writers_each_gets_a_version_of_its_own() {
    List<Long> versions =
        IntStream.range(0, 20)
            .parallel()
            .mapToObj(i -> manifests.write(manifest(2, 1, i)))
            .sorted()
            .toList();
    assertThat(versions).isEqualTo(IntStream.rangeClosed(1, 20).mapToObj(Long::valueOf).toList());
  }

  @Test
  void the_manifest_of_all_partitions_lies_in_folder_zero() {
    manifests.write(manifest(-1, 4, 0));
    assertThat(store.list("seg/"))
        .containsExactly("seg/1/0/3/m/00000000000000000004.manifest")
        .containsExactly(ManifestStore.name(1, -1, 3, 4));
    assertThat(manifests.read(1, -1, 3, 4).partitionId()).isEqualTo(-1);
    assertThat(manifests.versions(1, -1, 3)).containsExactly(4L);
  }

  @Test
  void a_missing_version_is_a_segment_that_is_not_found() {
    assertThatThrownBy(() -> manifests.read(1, 2, 3, 9))
        .isInstanceOfSatisfying(
            PandionException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(PandionException.Reason.NOT_FOUND);
              assertThat(e.subject()).isEqualTo(PandionException.Subject.SEGMENT);
            })
        .hasMessageContaining("version 9");
  }

  @Test
  void any_flipped_byte_and_any_cut_is_corrupt_data() throws IOException {
    manifests.write(manifest(2, 1, 50));
    Path file = store.localCopy(ManifestStore.name(1, 2, 3, 1), directory);
    byte[] good = Files.readAllBytes(file);
    for (int i = 0; i < good.length; i++) {
      for (int bit : new int[] {1, 32, 128}) {
        byte[] bad = good.clone();
        bad[i] ^= (byte) bit;
        Files.write(file, bad);
        assertCorrupt();
      }
      Files.write(file, Arrays.copyOf(good, i));
      assertCorrupt();
    }
  }

  @Test
  void a_manifest_under_the_name_of_another_segment_is_corrupt_data() throws IOException {
    manifests.write(manifest(2, 1, 50));
    byte[] bytes = store.readAll(ManifestStore.name(1, 2, 3, 1));
    store.putIfAbsent(ManifestStore.name(1, 2, 4, 1), bytes);
    assertThatThrownBy(() -> manifests.read(1, 2, 4, 1)).hasMessageContaining("another segment");
  }

  private void assertCorrupt() {
    assertThatThrownBy(() -> manifests.read(1, 2, 3, 1))
        .isInstanceOfSatisfying(
            PandionException.class,
            e -> assertThat(e.reason()).isEqualTo(PandionException.Reason.CORRUPT_DATA))
        .hasMessageContaining("00000000000000000001.manifest");
  }
}
