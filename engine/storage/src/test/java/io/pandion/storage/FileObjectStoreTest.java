package io.pandion.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileObjectStoreTest extends ObjectStoreContract {
  @TempDir private Path directory;
  private FileObjectStore store;

  @BeforeEach
  void open() {
    store = new FileObjectStore(directory);
  }

  @Override
  protected ObjectStore store() {
    return store;
  }

  @Test
  void a_store_opened_beside_another_leaves_its_writes_alone() {
    try (FileObjectStore other = new FileObjectStore(directory)) {
      assertThat(store.putIfAbsent("a", new byte[3])).isTrue();
      assertThat(other.putIfAbsent("a", new byte[4])).isFalse();
      assertThat(other.putIfAbsent("b", new byte[4])).isTrue();
    }
    assertThat(store.putIfAbsent("c", new byte[3])).isTrue();
    assertThat(store.list("")).containsExactly("a", "b", "c");
  }

  @Test
  void an_interrupted_write_says_so_and_writes_nothing() {
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> store.putIfAbsent("a", new byte[1]))
          .hasMessageContaining("interrupted")
          .hasMessageNotContaining("disk");
    } finally {
      assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
    }
    assertThat(store.exists("a")).isFalse();
    assertThat(store.putIfAbsent("a", new byte[1])).isTrue();
  }

  @Test
  void leftovers_of_an_interrupted_write_go_at_the_next_start() throws IOException {
    store.putIfAbsent("kept", new byte[3]);
    Files.write(directory.resolve(".tmp").resolve("17"), new byte[9]);
    Path dead = Files.createDirectory(directory.resolve(".tmp").resolve("store-of-the-dead"));
    Files.write(dead.resolve("alive"), new byte[0]);
    Files.write(dead.resolve("1"), new byte[9]);
    store.close();
    store = new FileObjectStore(directory);
    try (Stream<Path> left = Files.walk(directory.resolve(".tmp"))) {
      assertThat(left.filter(Files::isRegularFile).map(p -> "" + p.getFileName()))
          .containsExactly("alive");
    }
    assertThat(store.list("")).containsExactly("kept");
  }
}
