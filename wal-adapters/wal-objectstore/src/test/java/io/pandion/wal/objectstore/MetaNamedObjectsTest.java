package io.pandion.wal.objectstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pandion.meta.FileMetaStore;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.storage.ForwardingObjectStore;
import io.pandion.storage.MemoryObjectStore;
import io.pandion.storage.ObjectStore;
import io.pandion.storage.ObjectStoreContract;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Each test says what is in the bucket by the names that `docs/object-wal.md` specifies.
class MetaNamedObjectsTest extends ObjectStoreContract {
  private static final String FIRST = "o.00000000000000aa.1";
  private static final String SECOND = "o.00000000000000aa.2";
  private final MemoryObjectStore bucket = MemoryObjectStore.overwriting();
  private final CountingObjectStore counted = new CountingObjectStore(bucket);
  private final FileMetaStore entries = FileMetaStore.inMemory();
  private final LossyMetaStore meta = new LossyMetaStore(entries);
  private boolean collected = true;
  private final MetaNamedObjects store = named(counted, 0xAA);

  private MetaNamedObjects named(ObjectStore objects, long writer) {
    return new MetaNamedObjects(objects, meta, writer, _ -> collected);
  }

  @Override
  protected ObjectStore store() {
    return store;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private String entry() {
    return new String(
        entries.get("objectwal/object/o").orElseThrow().value(), StandardCharsets.UTF_8);
  }

  private static void fails(Runnable action, Reason reason) {
    assertThatThrownBy(action::run)
        .isInstanceOfSatisfying(
            PandionException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  void a_create_costs_one_request_of_the_bucket_and_one_commit() {
    long before = entries.revision();
    assertThat(store.putIfAbsent("o", bytes("x"))).isTrue();
    assertThat(counted.puts.sum()).isEqualTo(1);
    assertThat(counted.others.sum()).isZero();
    assertThat(entries.revision()).isEqualTo(before + 1);
    assertThat(bucket.list("")).containsExactly(FIRST);
    assertThat(entry()).isEqualTo("00000000000000aa.1");
  }

  @Test
  void who_loses_leaves_nothing() {
    assertThat(named(bucket, 0xBB).putIfAbsent("o", bytes("theirs"))).isTrue();
    assertThat(store.putIfAbsent("o", bytes("mine"))).isFalse();
    assertThat(bucket.list("")).containsExactly("o.00000000000000bb.1");
    assertThat(store.readAll("o")).isEqualTo(bytes("theirs"));
  }

  @Test
  void an_object_without_a_name_is_not_there_and_hinders_nobody() {
    bucket.putIfAbsent("o.00000000000000cc.1", bytes("of one that died"));
    assertThat(store.exists("o")).isFalse();
    assertThat(store.list("")).isEmpty();
    fails(() -> store.readAll("o"), Reason.NOT_FOUND);
    assertThat(store.putIfAbsent("o", bytes("x"))).isTrue();
    assertThat(store.readAll("o")).isEqualTo(bytes("x"));
  }

  @Test
  void a_write_that_comes_late_changes_nothing() {
    MetaNamedObjects slow =
        named(
            new ForwardingObjectStore(bucket) {
              @Override
              public boolean putIfAbsent(String name, byte[] bytes) {
                throw new PandionException(
                    Reason.OUTCOME_UNKNOWN, PandionException.Subject.NONE, "no reply");
              }
            },
            0xDD);
    // what has no name is not there, and will not be: that much is known
    fails(() -> slow.putIfAbsent("o", bytes("late")), Reason.UNAVAILABLE_RETRY);
    assertThat(store.putIfAbsent("o", bytes("x"))).isTrue();
    bucket.putIfAbsent("o.00000000000000dd.1", bytes("late"));
    assertThat(store.readAll("o")).isEqualTo(bytes("x"));
    assertThat(slow.putIfAbsent("o", bytes("late"))).isFalse();
    assertThat(bucket.list("")).containsExactly(FIRST);
  }

  @Test
  void a_name_whose_reply_was_lost_is_found_and_nothing_sent_again() {
    meta.loseNextReply();
    fails(() -> store.putIfAbsent("o", bytes("x")), Reason.OUTCOME_UNKNOWN);
    assertThat(store.putIfAbsent("o", bytes("x"))).isFalse();
    assertThat(store.readAll("o")).isEqualTo(bytes("x"));
    assertThat(counted.puts.sum()).isEqualTo(1);
    assertThat(bucket.list("")).containsExactly(FIRST);
  }

  @Test
  void attempts_before_the_one_that_wins_are_removed() {
    meta.loseNextCommit();
    fails(() -> store.putIfAbsent("o", bytes("x")), Reason.OUTCOME_UNKNOWN);
    assertThat(bucket.list("")).containsExactly(FIRST);
    assertThat(store.putIfAbsent("o", bytes("x"))).isTrue();
    assertThat(bucket.list("")).containsExactly(SECOND);
    assertThat(entry()).isEqualTo("00000000000000aa.2");
  }

  @Test
  void a_name_whose_object_was_collected_is_free() {
    store.putIfAbsent("o", bytes("x"));
    // who deleted it died before its entry
    bucket.delete(FIRST);
    assertThat(store.exists("o")).isFalse();
    fails(() -> store.read("o", 0, 1), Reason.NOT_FOUND);
    assertThat(store.putIfAbsent("o", bytes("y"))).isTrue();
    assertThat(store.readAll("o")).isEqualTo(bytes("y"));
    store.delete("o");
    assertThat(bucket.list("")).isEmpty();
    assertThat(entries.list("objectwal/")).isEmpty();
  }

  @Test
  void a_name_whose_object_was_lost_is_not_free() {
    store.putIfAbsent("o", bytes("x"));
    bucket.delete(FIRST);
    collected = false;
    fails(() -> store.putIfAbsent("o", bytes("y")), Reason.CORRUPT_DATA);
    assertThatThrownBy(() -> named(bucket, 0xBB).putIfAbsent("o", bytes("y")))
        .hasMessageContaining(FIRST)
        .hasMessageContaining("restore it");
    assertThat(entry()).isEqualTo("00000000000000aa.1");
  }

  @Test
  void a_delete_leaves_a_name_that_was_made_anew_meanwhile() {
    store.putIfAbsent("o", bytes("x"));
    MetaNamedObjects slow =
        named(
            new ForwardingObjectStore(bucket) {
              @Override
              public void delete(String name) {
                super.delete(name);
                assertThat(store.putIfAbsent("o", bytes("y"))).isTrue();
              }
            },
            0xDD);
    slow.delete("o");
    assertThat(store.readAll("o")).isEqualTo(bytes("y"));
  }

  @Test
  void names_that_others_would_make_are_refused() {
    for (String name : List.of("", "..", "../x", "a//b", "/etc/passwd")) {
      fails(() -> store.putIfAbsent(name, bytes("x")), Reason.INVALID_REQUEST);
      fails(() -> store.readAll(name), Reason.INVALID_REQUEST);
      fails(() -> store.delete(name), Reason.INVALID_REQUEST);
    }
    assertThat(bucket.list("")).isEmpty();
  }
}
