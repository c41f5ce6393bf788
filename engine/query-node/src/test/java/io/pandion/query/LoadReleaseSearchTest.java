package io.pandion.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.cluster.SearchTimes;
import io.pandion.meta.IndexInfo;
import io.pandion.meta.SegmentInfo;
import io.pandion.model.Column;
import io.pandion.model.PandionException;
import io.pandion.storage.FileRef;
import io.pandion.storage.SegmentManifest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Segments come, change and go while others read.
class LoadReleaseSearchTest {
  private static final long LATE = 1_000_000;

  @TempDir private Path directory;

  @Test
  void a_segment_that_stays_never_vanishes_and_one_that_goes_is_whole_or_not_found()
      throws InterruptedException, ExecutionException {
    AtomicBoolean done = new AtomicBoolean();
    AtomicLong whole = new AtomicLong();
    AtomicLong notFound = new AtomicLong();
    try (NodeWorld world = new NodeWorld(directory);
        MappedQueryNode node =
            new MappedQueryNode(
                "q",
                world.files,
                world.manifests,
                directory.resolve("cache"),
                2,
                SearchTimes.unread());
        ExecutorService readers = Executors.newFixedThreadPool(6)) {
      List<SegmentInfo> staying = versions(world, 1);
      List<SegmentInfo> going = versions(world, 2);
      node.load(staying.getFirst(), NodeWorld.SCHEMA, List.of(), List.of());
      List<Future<?>> reads = new ArrayList<>();
      for (int reader = 0; reader < 6; reader++) {
        boolean both = reader % 2 == 0;
        reads.add(
            readers.submit(
                () -> {
                  while (!done.get()) {
                    read(node, both, whole, notFound);
                  }
                }));
      }
      Random random = new Random(3);
      List<IndexInfo> indexes = List.of(NodeWorld.BY_NUMBER, NodeWorld.BY_VECTOR);
      for (int round = 0; round < 60; round++) {
        SegmentInfo version = staying.get(Math.min(round / 15, staying.size() - 1));
        node.load(version, NodeWorld.SCHEMA, random.nextBoolean() ? indexes : List.of(), List.of());
        node.load(going.get(random.nextInt(going.size())), NodeWorld.SCHEMA, indexes, List.of());
        node.delete(List.of(1L, 2L), Column.Strings.of("none" + round), LATE);
        if (random.nextBoolean()) {
          node.release(List.of(2L));
        }
      }
      long deadline = System.nanoTime() + 30_000_000_000L;
      node.release(List.of(2L));
      while ((whole.get() < 50 || notFound.get() < 5) && System.nanoTime() < deadline) {
        Thread.onSpinWait();
      }
      done.set(true);
      for (Future<?> read : reads) {
        read.get();
      }
      assertThat(node.loaded()).hasSize(1);
      assertThat(node.loaded().getFirst().manifestVersion())
          .isEqualTo(staying.getLast().manifestVersion());
    }
    assertThat(whole.get()).isGreaterThanOrEqualTo(50);
    assertThat(notFound.get()).isGreaterThanOrEqualTo(5);
  }

  /// A segment, the same with indexes, the same in other binlogs.
  private static List<SegmentInfo> versions(NodeWorld world, long id) {
    SegmentInfo plain =
        world.segment(
            id, NodeWorld.line("s" + id + "-", 300), NodeWorld.noDeletes(), NodeWorld.SCHEMA);
    SegmentInfo numbered = world.indexed(plain, NodeWorld.BY_NUMBER);
    SegmentInfo indexed = world.indexed(numbered, NodeWorld.BY_VECTOR);
    List<FileRef> again =
        world.files.writeRows(
            "seg/7/1/" + id + "/", id, NodeWorld.line("s" + id + "-", 300), NodeWorld.SCHEMA);
    SegmentManifest other =
        new SegmentManifest(
            id, 7, 1, "c0", "L1", 9, 300, 0, 0, 0, 0, NodeWorld.SCHEMA, again, List.of());
    return List.of(plain, numbered, indexed, NodeWorld.info(other, world.manifests.write(other)));
  }

  private static void read(
      MappedQueryNode node, boolean both, AtomicLong whole, AtomicLong notFound) {
    List<Long> segments = both ? List.of(1L, 2L) : List.of(1L);
    try {
      int hits = node.search(segments, NodeWorld.nearest(5, 0, 1_000, 101L), LATE).keys().size();
      long rows = node.query(segments, NodeWorld.everything(102L), LATE).count();
      assertThat(hits).isEqualTo(rowsOf(segments));
      assertThat(rows).isEqualTo(rowsOf(segments));
      whole.incrementAndGet();
    } catch (PandionException e) {
      assertThat(both).as("segment 1 was never released: %s", e).isTrue();
      assertThat(e.reason()).isEqualTo(PandionException.Reason.NOT_FOUND);
      assertThat(e.subject()).isEqualTo(PandionException.Subject.SEGMENT);
      notFound.incrementAndGet();
    }
  }

  private static int rowsOf(List<Long> segments) {
    return 300 * segments.size();
  }
}
