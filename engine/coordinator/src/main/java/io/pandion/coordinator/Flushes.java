package io.pandion.coordinator;

import io.pandion.cluster.FlushReport;
import io.pandion.cluster.FlushReport.FlushedSegment;
import io.pandion.meta.SegmentInfo;
import io.pandion.model.PandionException;
import io.pandion.model.PandionException.Reason;
import io.pandion.model.PandionException.Subject;
import io.pandion.storage.ManifestStore;
import io.pandion.storage.SegmentManifest;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongBiFunction;

/// Makes reports of streaming nodes count: manifests first, then one transaction with the segments
/// and the checkpoint, refused for an older term. Repeatable. Threads: any number.
final class Flushes {
  private static final long ALL_PARTITIONS = -1;
  private final Ledger ledger;
  private final ToLongBiFunction<String, FlushedSegment> manifests;

  /// @param manifests writes the manifest of a segment of a vchannel; answers its version
  Flushes(Ledger ledger, ToLongBiFunction<String, FlushedSegment> manifests) {
    this.ledger = ledger;
    this.manifests = manifests;
  }

  /// Writes the manifest of what a streaming node flushed.
  static long write(ManifestStore manifests, String vchannel, FlushedSegment s) {
    return manifests.write(
        new SegmentManifest(
            s.id(),
            s.collectionId(),
            s.partitionId(),
            vchannel,
            s.level(),
            1,
            s.rows(),
            s.firstLsn(),
            s.lastLsn(),
            s.firstTick(),
            s.lastTick(),
            s.schema(),
            TaskFiles.refs(s.files()),
            List.of()));
  }

  /// @throws PandionException FENCED when the pchannel has another term
  void accept(FlushReport report) {
    checkTerm(report);
    Changes changes = new Changes();
    for (FlushedSegment s : report.segments()) {
      if (ledger.segment(s.id()).isEmpty()) {
        SegmentInfo info = info(report.vchannel(), s, manifests.applyAsLong(report.vchannel(), s));
        changes.put(Ledger.segmentKey(info), info);
      }
    }
    synchronized (ledger) {
      checkTerm(report);
      changes.byKey.replaceAll((key, value) -> value.map(v -> gone((SegmentInfo) v)));
      Checkpoint held = ledger.checkpoint(report.vchannel());
      if (report.checkpointLsn() > held.lsn()) {
        changes.put(
            Ledger.checkpointKey(report.vchannel()),
            new Checkpoint(report.checkpointLsn(), Math.max(held.tick(), report.checkpointTick())));
      }
      ledger.commit(changes);
    }
  }

  private void checkTerm(FlushReport report) {
    long term = ledger.term(report.pchannel());
    if (report.term() != term) {
      throw new PandionException(
          Reason.FENCED,
          Subject.CHANNEL,
          "pchannel " + report.pchannel() + " has term " + term + ", the report " + report.term());
    }
  }

  /// Rows of what was dropped or truncated meanwhile are recorded as dropped.
  private Object gone(SegmentInfo s) {
    boolean partition =
        s.partitionId() == ALL_PARTITIONS
            || ledger.catalog().partitions(s.collectionId()).stream()
                .anyMatch(p -> p.id() == s.partitionId());
    boolean there = partition && ledger.catalog().collection(s.collectionId()).isPresent();
    return there && s.lastTick() >= ledger.truncation(s.vchannel())
        ? s
        : SegmentStates.dropped(s, Math.max(1, s.lastTick()));
  }

  private static SegmentInfo info(String vchannel, FlushedSegment s, long version) {
    return new SegmentInfo(
        s.id(),
        s.collectionId(),
        s.partitionId(),
        vchannel,
        SegmentInfo.State.FLUSHED,
        SegmentInfo.Level.valueOf(s.level()),
        version,
        s.rows(),
        s.bytes(),
        s.firstLsn(),
        s.lastLsn(),
        s.firstTick(),
        s.lastTick(),
        Map.of(),
        List.of(),
        0);
  }
}
