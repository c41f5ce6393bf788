package io.pandion.meta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.PandionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileMetaStoreTest extends MetaStoreContract {
  @TempDir private Path directory;
  private FileMetaStore store;

  @BeforeEach
  void open() {
    store = FileMetaStore.open(directory.resolve("meta.log"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Override
  protected MetaStore store() {
    return store;
  }

  @Test
  void entries_and_revisions_survive_a_reopening() {
    store.commit(new MetaTransaction().put("a", new byte[] {1}));
    store.commit(new MetaTransaction().put("b", new byte[] {2}));
    long revision = store.revision();
    store.close();
    open();
    assertThat(store.revision()).isEqualTo(revision);
    assertThat(store.get("b").orElseThrow().value()).containsExactly(2);
    assertThat(store.get("b").orElseThrow().revision()).isEqualTo(revision);
  }

  @Test
  void what_was_committed_is_in_the_file_without_a_close() throws IOException {
    store.commit(new MetaTransaction().put("a", new byte[] {7}));
    Path copy = directory.resolve("copy.log");
    Files.copy(directory.resolve("meta.log"), copy);
    try (FileMetaStore reopened = FileMetaStore.open(copy)) {
      assertThat(reopened.get("a").orElseThrow().value()).containsExactly(7);
    }
  }

  @Test
  void a_second_opening_of_the_same_file_is_refused() {
    assertThatThrownBy(() -> FileMetaStore.open(directory.resolve("meta.log")))
        .isInstanceOf(PandionException.class)
        .hasMessageContaining("meta.log");
  }

  @Test
  void a_file_that_is_no_store_is_corrupt() throws IOException {
    Path file = directory.resolve("bad.log");
    Files.write(file, new byte[10_000]);
    assertThatThrownBy(() -> FileMetaStore.open(file))
        .isInstanceOfSatisfying(
            PandionException.class,
            e -> assertThat(e.reason()).isEqualTo(PandionException.Reason.CORRUPT_DATA));
  }
}
