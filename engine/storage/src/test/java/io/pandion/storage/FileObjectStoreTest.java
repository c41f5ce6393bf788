package io.pandion.storage;

import static org.assertj.core.api.Assertions.assertThat;

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
  void leftovers_of_an_interrupted_write_go_at_the_next_start() throws IOException {
    store.putIfAbsent("kept", new byte[3]);
    Files.write(directory.resolve(".tmp").resolve("17"), new byte[9]);
    store = new FileObjectStore(directory);
    try (Stream<Path> left = Files.walk(directory.resolve(".tmp"))) {
      assertThat(left.filter(Files::isRegularFile)).isEmpty();
    }
    assertThat(store.list("")).containsExactly("kept");
  }
}
