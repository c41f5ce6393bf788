package io.pandion.streaming;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/// Decides which growing segment takes a batch of rows, and when a segment is full or old. Owned by
/// the writer thread of a pchannel.
final class SegmentAssigner {
  private record Place(String vchannel, long partitionId) {}

  /// A segment that still takes rows.
  private static final class Open {
    final long id;
    final long openedMillis;
    long rows;
    long bytes;

    Open(long id, long openedMillis) {
      this.id = id;
      this.openedMillis = openedMillis;
    }
  }

  private final StreamingSettings settings;
  private final LongSupplier ids;
  private final LongSupplier clockMillis;
  private final Map<Place, Open> open = new HashMap<>();

  /// @param ids gives segment ids that were never used
  SegmentAssigner(StreamingSettings settings, LongSupplier ids, LongSupplier clockMillis) {
    this.settings = settings;
    this.ids = ids;
    this.clockMillis = clockMillis;
  }

  /// The segment for these rows.
  long assign(String vchannel, long partitionId, int rows, long bytes) {
    Open segment =
        open.computeIfAbsent(
            new Place(vchannel, partitionId),
            _ -> new Open(ids.getAsLong(), clockMillis.getAsLong()));
    segment.rows += rows;
    segment.bytes += bytes;
    return segment.id;
  }

  /// Takes over an unsealed segment that was found in the log.
  void adopt(String vchannel, long partitionId, long segmentId, long rows, long bytes) {
    Open segment = new Open(segmentId, clockMillis.getAsLong());
    segment.rows = rows;
    segment.bytes = bytes;
    open.put(new Place(vchannel, partitionId), segment);
  }

  /// Closes and returns the segment of a place when it is full, or -1.
  long sealIfFull(String vchannel, long partitionId) {
    Place place = new Place(vchannel, partitionId);
    Open segment = open.get(place);
    if (segment == null
        || (segment.rows < settings.segmentMaxRows()
            && segment.bytes < settings.segmentMaxBytes())) {
      return -1;
    }
    open.remove(place);
    return segment.id;
  }

  /// Closes and returns all segments of a shard.
  List<Long> sealShard(String vchannel) {
    return seal((place, _) -> place.vchannel.equals(vchannel));
  }

  /// Closes and returns the segments of a partition.
  List<Long> sealPartition(String vchannel, long partitionId) {
    return seal((place, _) -> place.equals(new Place(vchannel, partitionId)));
  }

  /// Closes and returns, by shard, segments that are too old, and the largest one when all together
  /// are too large.
  Map<String, List<Long>> sealOld() {
    long before = clockMillis.getAsLong() - settings.segmentMaxAgeMillis();
    Open largest = null;
    long total = 0;
    for (Open segment : open.values()) {
      total += segment.bytes;
      largest = largest == null || segment.bytes > largest.bytes ? segment : largest;
    }
    Open tooLarge = total > settings.growingMaxBytes() ? largest : null;
    Map<String, List<Long>> sealed = new HashMap<>();
    for (Place place : List.copyOf(open.keySet())) {
      Open segment = open.get(place);
      if (segment != null && (segment.openedMillis <= before || segment == tooLarge)) {
        open.remove(place);
        sealed.computeIfAbsent(place.vchannel, _ -> new ArrayList<>()).add(segment.id);
      }
    }
    return sealed;
  }

  boolean isEmpty() {
    return open.isEmpty();
  }

  private List<Long> seal(java.util.function.BiPredicate<Place, Open> which) {
    List<Long> sealed = new ArrayList<>();
    open.entrySet()
        .removeIf(
            e -> {
              boolean goes = which.test(e.getKey(), e.getValue());
              if (goes) {
                sealed.add(e.getValue().id);
              }
              return goes;
            });
    return sealed;
  }
}
