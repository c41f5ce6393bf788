package io.pandion.wal.objectstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.meta.FileMetaStore;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.storage.MemoryObjectStore;
import io.pandion.wal.Wal;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// One stream with a hole: slot 0 is there, the create of slot 1 is under way for long, slots 2 and
/// 3 are there. A channel `late` was opened while the hole was there. Then another node takes over.
@Timeout(60)
class StreamEndTest {
  private static final String HOLE = "/00000000000000000001";

  private final MemoryObjectStore objects = new MemoryObjectStore();
  private final HeldObjectStore slow = new HeldObjectStore(objects);
  private final FileMetaStore meta = FileMetaStore.inMemory();
  private final ObjectWalProvider first = Providers.fast(slow, meta);
  private final ObjectWalProvider second = Providers.fast(objects, meta);
  private String stream = "";
  private CompletableFuture<Void> behindTheHole = new CompletableFuture<>();

  private static CompletableFuture<Void> append(Wal wal, long term) {
    return wal.append(Messages.batch(term, wal.nextLsn(), 1, "w"));
  }

  @BeforeEach
  void make_the_hole() {
    Wal early = first.open("early", 1);
    append(early, 1).join();
    String slot0 = objects.list("wal/v1/").getFirst();
    stream = slot0.substring(0, slot0.lastIndexOf('/'));
    slow.hold(HOLE);
    var _ = append(early, 1);
    Eventually.holds(() -> !slow.held().isEmpty());
    var _ = append(early, 1);
    Eventually.holds(() -> objects.exists(stream + "/00000000000000000002"));
    Wal late = first.open("late", 1);
    behindTheHole = append(late, 1);
    Eventually.holds(() -> objects.exists(stream + "/00000000000000000003"));
  }

  @AfterEach
  void close() {
    slow.release();
    first.close();
    second.close();
  }

  private long ends() {
    return objects.list(stream).stream().filter(o -> objects.size(o) == SlotFormat.EMPTY).count();
  }

  /// Two fences would leave rows between them: read by one, reported as not written by the other.
  @Test
  void every_channel_of_it_ends_at_the_hole() {
    assertThat(second.open("early", 2).nextLsn()).isEqualTo(2);
    Wal late = second.open("late", 2);
    assertThat(late.nextLsn()).isEqualTo(1);
    assertThat(objects.size(stream + HOLE)).isEqualTo(SlotFormat.EMPTY);
    assertThat(ends()).isEqualTo(1);
    slow.release();
    assertThatThrownBy(behindTheHole::join)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            PandionException.class, e -> assertThat(e.reason()).isEqualTo(Reason.FENCED));
    assertThat(Messages.read(late, 1)).isEmpty();
  }

  /// Without it the create that is under way would still succeed, and with it slots 2 and 3.
  @Test
  void its_fence_stays_when_the_slots_before_are_collected() {
    Wal early = second.open("early", 2);
    append(early, 2).join();
    early.truncate(early.nextLsn());
    Eventually.holds(() -> !objects.exists(stream + "/00000000000000000000"));
    // the truncation of a log that is closed is over
    early.close();
    assertThat(objects.size(stream + HOLE)).isEqualTo(SlotFormat.EMPTY);
  }

  /// A channel that the first node still owns is sent again as a whole, once.
  @Test
  void a_channel_that_was_opened_during_the_hole_goes_on_in_a_new_stream() {
    assertThat(second.open("early", 2).nextLsn()).isEqualTo(2);
    slow.release();
    behindTheHole.join();
    first.close();
    assertThat(Messages.read(second.open("late", 2), 1)).hasSize(1);
  }
}
