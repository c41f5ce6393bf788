package io.pandion.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.pandion.cluster.Distribution;
import io.pandion.cluster.Distribution.Placement;
import io.pandion.meta.CollectionInfo;
import io.pandion.meta.IndexInfo;
import io.pandion.meta.LoadInfo;
import io.pandion.meta.PartitionInfo;
import io.pandion.meta.SegmentInfo;
import io.pandion.meta.SegmentInfo.Level;
import io.pandion.meta.ShardInfo;
import io.pandion.model.CollectionSchema;
import io.pandion.model.DataType;
import io.pandion.model.FieldSchema;
import io.pandion.model.HashRange;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// States and the commands that follow from them.
final class PlannerTest {
  private static final String V = "pandion-dml_0_7v0";
  private static final long P = 70;
  private static final long Q = 71;
  private static final CollectionSchema SCHEMA =
      new CollectionSchema(
          "c",
          "",
          List.of(FieldSchema.key(100, "pk", DataType.INT64), FieldSchema.vector(101, "vec", 8)),
          false,
          0);
  private static final CollectionInfo COLLECTION =
      new CollectionInfo(
          7,
          1,
          SCHEMA,
          List.of(new ShardInfo(V, "pandion-dml_0", new HashRange(0, HashRange.SPACE))),
          2,
          0,
          Map.of(),
          7,
          7);
  private static final IndexInfo HNSW =
      new IndexInfo(9, 7, 101, "vec", "HNSW", Map.of("metric_type", "L2"), 9);
  private static final CoordinatorSettings SETTINGS =
      new CoordinatorSettings(1, 10, 1_000, 100, 1_000, 3, 2, 3, 10, 60_000, 1_000);

  private final TreeMap<String, Object> catalog = new TreeMap<>();
  private final Map<Long, SegmentInfo> segments = new HashMap<>();
  private final Map<Long, Copy> copies = new HashMap<>();
  private final Map<String, Served> served = new HashMap<>();
  private final Set<String> broken = new HashSet<>();
  private final Set<Long> merging = new HashSet<>();
  private final Map<Long, Long> deletedRows = new HashMap<>();
  private long deltaLsn;

  PlannerTest() {
    catalog.put(CatalogState.collectionKey(7), COLLECTION);
    for (long id : List.of(P, Q)) {
      PartitionInfo partition = new PartitionInfo(id, 7, "p" + id, id);
      catalog.put(CatalogState.partitionKey(partition), partition);
    }
  }

  private PlanState state() {
    return new PlanState(
        new CatalogState(1, catalog),
        segments,
        PlanState.byShard(segments),
        Map.of(V, deltaLsn),
        copies,
        served,
        merging,
        broken,
        Set.of(),
        deletedRows,
        Set.of("q1", "q2"),
        List.of(),
        SETTINGS,
        10_000_000);
  }

  private List<Command> plan() {
    return Planner.plan(state());
  }

  private <T extends Command> List<T> plan(Class<T> type) {
    return plan().stream().filter(type::isInstance).map(type::cast).toList();
  }

  private Optional<Distribution> next() {
    return HandOver.next(state(), COLLECTION, V, 5);
  }

  private void load(long... partitions) {
    Set<Long> ids = new HashSet<>();
    for (long p : partitions) {
      ids.add(p);
    }
    catalog.put(CatalogState.loadKey(7), new LoadInfo(7, ids.isEmpty(), ids, 1, 8));
  }

  private SegmentInfo segment(
      long id, long partition, Level level, long rows, long bytes, long lsn, List<Long> from) {
    SegmentInfo s =
        new SegmentInfo(
            id,
            7,
            partition,
            V,
            SegmentInfo.State.FLUSHED,
            level,
            1,
            rows,
            bytes,
            1,
            lsn,
            1,
            2,
            Map.of(),
            from,
            0);
    segments.put(id, s);
    if (level == Level.L0) {
      deltaLsn = Math.max(deltaLsn, lsn);
    }
    return s;
  }

  private SegmentInfo flushed(long id, long partition) {
    return segment(id, partition, Level.L1, 10, 500, id, List.of());
  }

  private void drop(long id) {
    segments.computeIfPresent(id, (_, s) -> SegmentStates.dropped(s, 1));
  }

  private void copy(SegmentInfo s) {
    copies.put(s.id(), new Copy(s, "q1", 0, s.lastLsn(), false));
  }

  private void taken() {
    served.put(V, Served.of(next().orElseThrow()));
  }

  private static List<Long> placed(Distribution d) {
    return d.placements().stream().map(Placement::segmentId).sorted().toList();
  }

  @Test
  void nothing_follows_from_nothing() {
    assertThat(plan()).isEmpty();
    catalog.remove(CatalogState.collectionKey(7));
    assertThat(plan()).isEmpty();
  }

  @Test
  void growing_copies_of_a_collection_that_is_not_loaded_are_dropped_once() {
    flushed(1, P);
    assertThat(plan()).containsExactly(new Command.Distribute(V));
    Distribution d = next().orElseThrow();
    assertThat(d.loaded()).isFalse();
    assertThat(d.covered()).containsExactly(1L);
    taken();
    assertThat(plan()).isEmpty();
  }

  @Test
  void an_empty_collection_is_served_at_once() {
    load();
    Distribution d = next().orElseThrow();
    assertThat(d.loaded()).isTrue();
    assertThat(d.wholeCollection()).isTrue();
    taken();
    assertThat(new Reports(state(), COLLECTION).load(new Attempts(Cluster.SETTINGS, () -> 0)))
        .isEqualTo(Map.of(P, 100, Q, 100));
  }

  @Test
  void a_shard_begins_to_serve_when_all_its_segments_are_loaded() {
    served.put(V, Served.opened(Set.of(1L, 2L)));
    SegmentInfo one = flushed(1, P);
    SegmentInfo two = flushed(2, Q);
    load();
    assertThat(plan(Command.Load.class)).extracting(Command.Load::node).containsExactly("q1", "q2");
    copy(one);
    assertThat(next()).isEmpty();
    assertThat(new Reports(state(), COLLECTION).load(new Attempts(Cluster.SETTINGS, () -> 0)))
        .isEqualTo(Map.of(P, 99, Q, 0));
    copy(two);
    assertThat(placed(next().orElseThrow())).containsExactly(1L, 2L);
  }

  @Test
  void a_growing_copy_serves_until_its_segment_is_loaded() {
    load();
    taken();
    SegmentInfo one = flushed(1, P);
    assertThat(next()).isEmpty();
    copy(one);
    Distribution d = next().orElseThrow();
    assertThat(placed(d)).containsExactly(1L);
    assertThat(d.covered()).containsExactly(1L);
  }

  @Test
  void sources_serve_until_what_replaced_them_is_loaded_and_are_released_after() {
    load();
    copy(flushed(1, P));
    copy(flushed(2, P));
    taken();
    SegmentInfo three = segment(3, P, Level.L2, 20, 900, 2, List.of(1L, 2L));
    drop(1);
    drop(2);
    assertThat(next()).isEmpty();
    assertThat(plan(Command.Release.class)).isEmpty();
    copy(three);
    assertThat(placed(next().orElseThrow())).containsExactly(3L);
    taken();
    assertThat(plan(Command.Release.class).getFirst().segmentIds())
        .containsExactlyInAnyOrder(1L, 2L);
  }

  @Test
  void a_source_that_still_grows_is_covered_with_its_successor_only() {
    load();
    taken();
    flushed(1, P);
    drop(1);
    SegmentInfo two = segment(2, P, Level.L2, 10, 500, 1, List.of(1L));
    assertThat(next()).isEmpty();
    copy(two);
    Distribution d = next().orElseThrow();
    assertThat(placed(d)).containsExactly(2L);
    assertThat(d.covered()).containsExactly(1L);
  }

  @Test
  void another_partition_joins_when_it_is_loaded_while_the_first_is_served() {
    served.put(V, Served.opened(Set.of(1L, 2L)));
    copy(flushed(1, P));
    SegmentInfo two = flushed(2, Q);
    load(P);
    taken();
    load(P, Q);
    assertThat(next()).isEmpty();
    copy(two);
    assertThat(next().orElseThrow().partitionIds()).containsExactlyInAnyOrder(P, Q);
  }

  @Test
  void a_shard_whose_copy_is_gone_stops_before_it_is_loaded_again() {
    load();
    copy(flushed(1, P));
    taken();
    copies.clear();
    broken.add(V);
    assertThat(plan()).containsExactly(new Command.Distribute(V));
    assertThat(next().orElseThrow().loaded()).isFalse();
    taken();
    broken.clear();
    assertThat(plan(Command.Load.class)).hasSize(1);
    assertThat(next()).isEmpty();
  }

  @Test
  void a_load_brings_the_deletes_that_the_segment_lacks() {
    load();
    flushed(10, P);
    segment(1, P, Level.L0, 1, 1, 9, List.of());
    SegmentInfo mine = segment(2, P, Level.L0, 1, 1, 30, List.of());
    segment(3, Q, Level.L0, 1, 1, 40, List.of());
    SegmentInfo everywhere = segment(4, -1, Level.L0, 1, 1, 40, List.of());
    Command.Load load = plan(Command.Load.class).getFirst();
    assertThat(load.deltas()).containsExactly(mine, everywhere);
    assertThat(load.deltaLsn()).isEqualTo(40);
  }

  @Test
  void an_index_is_built_on_segments_that_are_not_small_and_goes_with_its_definition() {
    catalog.put(CatalogState.indexKey(HNSW), HNSW);
    segment(1, P, Level.L1, 1_023, 500, 1, List.of());
    SegmentInfo large = segment(2, P, Level.L1, 1_024, 500, 2, List.of());
    assertThat(plan(Command.BuildIndex.class))
        .extracting(Command.BuildIndex::segment)
        .containsExactly(large);
    segments.put(2L, SegmentStates.indexed(large, 2, Map.of(9L, 2L)));
    assertThat(plan(Command.BuildIndex.class)).isEmpty();
    assertThat(new Reports(state(), COLLECTION).indexes(new Attempts(SETTINGS, () -> 0)))
        .extracting(i -> i.indexedRows())
        .containsExactly(2_047L);
    catalog.remove(CatalogState.indexKey(HNSW));
    assertThat(plan(Command.StripIndexes.class)).hasSize(1);
  }

  @Test
  void small_segments_of_a_partition_are_merged_within_the_largest_size() {
    for (long id = 1; id <= 4; id++) {
      segment(id, P, Level.L1, 10, 99, id, List.of());
    }
    segment(5, Q, Level.L1, 10, 99, 5, List.of());
    segment(6, P, Level.L1, 10, 100, 6, List.of());
    assertThat(plan(Command.Compact.class))
        .extracting(Command.Compact::sourceIds)
        .containsExactly(List.of(1L, 2L, 3L, 4L));
    merging.add(1L);
    merging.add(2L);
    assertThat(plan(Command.Compact.class)).isEmpty();
  }

  @Test
  void a_pile_of_deletes_is_folded_into_the_segments_that_lack_them() {
    flushed(10, P);
    flushed(50, P);
    for (long id = 1; id <= 3; id++) {
      segment(id, P, Level.L0, 1, 1, 20 + id, List.of());
    }
    Command.Compact c = plan(Command.Compact.class).getFirst();
    assertThat(c.sourceIds()).containsExactly(10L);
    assertThat(c.deltas()).hasSize(3);
    assertThat(c.lastLsn()).isEqualTo(23);
    assertThat(plan(Command.DropDeltas.class)).isEmpty();
    segment(60, P, Level.L2, 10, 500, 23, List.of(10L));
    drop(10);
    assertThat(plan(Command.Compact.class)).isEmpty();
    assertThat(plan(Command.DropDeltas.class)).hasSize(1);
  }

  @Test
  void deletes_stay_while_one_segment_they_concern_lacks_them() {
    flushed(10, P);
    flushed(30, Q);
    segment(1, P, Level.L0, 1, 1, 20, List.of());
    SegmentInfo other = segment(2, Q, Level.L0, 1, 1, 20, List.of());
    segment(3, -1, Level.L0, 1, 1, 20, List.of());
    assertThat(new Merges(state(), COLLECTION, V).spent()).containsExactly(other);
  }

  @Test
  void a_compaction_lacks_what_its_oldest_source_may_lack() {
    flushed(10, P);
    flushed(30, P);
    Merges merges = new Merges(state(), COLLECTION, V);
    assertThat(merges.compact(List.copyOf(state().rows(V)), 0).lastLsn()).isEqualTo(10);
  }

  @Test
  void a_worn_segment_is_rewritten() {
    flushed(10, P);
    deletedRows.put(10L, 2L);
    assertThat(plan(Command.Compact.class)).isEmpty();
    deletedRows.put(10L, 3L);
    assertThat(plan(Command.Compact.class)).hasSize(1);
  }

  @Test
  void by_hand_everything_that_fits_is_merged_and_single_segments_only_for_their_deletes() {
    flushed(1, P);
    flushed(2, P);
    flushed(3, P);
    flushed(4, Q);
    Merges merges = new Merges(state(), COLLECTION, V);
    assertThat(merges.byHand(Set.of())).containsExactly(List.of(1L, 2L));
    assertThat(merges.byHand(Set.of(4L))).containsExactly(List.of(1L, 2L), List.of(4L));
  }
}
