package io.pandion.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.model.PandionException.Subject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetryingObjectStoreTest {
  private static final byte[] MINE = {1, 2, 3};
  private static final byte[] OTHER = {4};

  @TempDir private Path directory;
  private final MemoryObjectStore memory = new MemoryObjectStore();
  private final Deque<Reason> faults = new ArrayDeque<>();
  private final List<Long> pauses = new ArrayList<>();
  private final ObjectStore store =
      new RetryingObjectStore(new Ailing(), Duration.ofSeconds(10), pauses::add);

  /// Fails as the queue says; a create with unknown outcome takes place.
  private final class Ailing extends ForwardingObjectStore {
    Ailing() {
      super(memory);
    }

    @Override
    protected void onRequest() {
      Reason fault = faults.poll();
      if (fault != null) {
        throw new PandionException(fault, Subject.NONE, "a fault on purpose");
      }
    }

    @Override
    public boolean putIfAbsent(String name, byte[] bytes) {
      if (faults.peek() == Reason.OUTCOME_UNKNOWN) {
        memory.putIfAbsent(name, bytes);
      }
      onRequest();
      return memory.putIfAbsent(name, bytes);
    }

    @Override
    public void putFile(String name, Path file) {
      if (faults.peek() == Reason.OUTCOME_UNKNOWN) {
        memory.putFile(name, file);
      }
      super.putFile(name, file);
    }
  }

  @Test
  void what_passes_is_waited_for_with_growing_pauses() {
    faults.addAll(
        List.of(Reason.UNAVAILABLE_RETRY, Reason.QUOTA_EXCEEDED, Reason.UNAVAILABLE_RETRY));
    assertThat(store.putIfAbsent("a", MINE)).isTrue();
    faults.addAll(List.of(Reason.UNAVAILABLE_RETRY, Reason.QUOTA_EXCEEDED));
    assertThat(store.readAll("a")).isEqualTo(MINE);
    assertThat(pauses)
        .containsExactly(20_000_000L, 40_000_000L, 80_000_000L, 20_000_000L, 40_000_000L);
  }

  @Test
  void a_create_that_meets_its_own_first_attempt_is_done() {
    faults.addAll(List.of(Reason.OUTCOME_UNKNOWN, Reason.UNAVAILABLE_RETRY));
    assertThat(store.putIfAbsent("a", MINE)).isTrue();
    assertThat(store.putIfAbsent("a", MINE)).as("a second one").isFalse();
  }

  @Test
  void a_create_that_meets_anothers_object_has_lost() {
    memory.putIfAbsent("a", OTHER);
    faults.add(Reason.OUTCOME_UNKNOWN);
    assertThat(store.putIfAbsent("a", MINE)).isFalse();
    assertThat(store.readAll("a")).isEqualTo(OTHER);
  }

  @Test
  void a_file_that_meets_its_own_first_attempt_is_done() throws IOException {
    Path file = Files.write(directory.resolve("f"), new byte[3_000_000]);
    faults.add(Reason.OUTCOME_UNKNOWN);
    store.putFile("a", file);
    Path changed = Files.write(directory.resolve("g"), new byte[] {0, 1});
    assertThatThrownBy(() -> store.putFile("a", changed))
        .isInstanceOfSatisfying(
            PandionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.ALREADY_EXISTS));
  }

  @Test
  void patience_has_an_end() {
    for (int i = 0; i < 100; i++) {
      faults.add(Reason.UNAVAILABLE_RETRY);
    }
    assertThatThrownBy(() -> store.list(""))
        .isInstanceOfSatisfying(
            PandionException.class,
            e -> assertThat(e.reason()).isEqualTo(Reason.UNAVAILABLE_RETRY));
    assertThat(pauses.stream().mapToLong(p -> p).sum()).isBetween(10_000_000_000L, 11_000_000_000L);
  }

  @Test
  void what_will_not_pass_is_told_at_once() {
    assertThatThrownBy(() -> store.readAll("nowhere"))
        .isInstanceOfSatisfying(
            PandionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_FOUND));
    assertThat(pauses).isEmpty();
  }
}
