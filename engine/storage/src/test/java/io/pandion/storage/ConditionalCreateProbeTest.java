package io.pandion.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;

class ConditionalCreateProbeTest {
  private final MemoryObjectStore memory = new MemoryObjectStore();

  @Test
  void a_sound_store_passes_and_nothing_is_left() {
    ConditionalCreateProbe.check(memory, "probe/1");
    assertThat(memory.list("")).isEmpty();
  }

  @Test
  void a_store_that_ignores_the_condition_is_refused() {
    refused(
        new Wrapped() {
          @Override
          public boolean putIfAbsent(String name, byte[] bytes) {
            memory.delete(name);
            return memory.putIfAbsent(name, bytes);
          }
        },
        "a second create");
  }

  @Test
  void a_store_that_overwrites_and_says_no_is_refused() {
    refused(
        new Wrapped() {
          @Override
          public boolean putIfAbsent(String name, byte[] bytes) {
            boolean free = !memory.exists(name);
            memory.delete(name);
            memory.putIfAbsent(name, bytes);
            return free;
          }
        },
        "changed the object");
  }

  @Test
  void a_store_that_checks_before_it_writes_is_refused() {
    CyclicBarrier between = new CyclicBarrier(4);
    refused(
        new Wrapped() {
          @Override
          public boolean putIfAbsent(String name, byte[] bytes) {
            if (!name.contains("race")) {
              return memory.putIfAbsent(name, bytes);
            }
            boolean free = !memory.exists(name);
            try {
              between.await();
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
            if (free) {
              memory.delete(name);
              memory.putIfAbsent(name, bytes);
            }
            return free;
          }
        },
        "at a time");
  }

  @Test
  void a_store_that_fails_is_not_trusted() {
    Wrapped failing =
        new Wrapped() {
          @Override
          public boolean putIfAbsent(String name, byte[] bytes) {
            throw PandionException.unavailable("no reply");
          }
        };
    assertThatThrownBy(() -> ConditionalCreateProbe.check(failing, "probe/1"))
        .isInstanceOfSatisfying(
            PandionException.class,
            e -> assertThat(e.reason()).isEqualTo(Reason.UNAVAILABLE_RETRY));
  }

  private static void refused(ObjectStore store, String how) {
    assertThatThrownBy(() -> ConditionalCreateProbe.check(store, "probe/1"))
        .hasMessageContaining(how)
        .isInstanceOfSatisfying(
            PandionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNSUPPORTED));
  }

  /// A store that breaks a promise somewhere.
  private abstract class Wrapped extends ForwardingObjectStore {
    Wrapped() {
      super(memory);
    }
  }
}
