package io.pandion.index.kernel;

import java.lang.foreign.MemorySegment;

/// Room for what a scan finds, kept from scan to scan. One thread.
public final class ScanHits {
  private static final int SLACK = 16;

  private final int[] places;
  private final float[] scores;
  final MemorySegment placesSegment;
  final MemorySegment scoresSegment;
  final int[] sums = new int[BlockScan.ROWS];

  public ScanHits(int capacity) {
    places = new int[capacity + SLACK];
    scores = new float[capacity + SLACK];
    placesSegment = MemorySegment.ofArray(places);
    scoresSegment = MemorySegment.ofArray(scores);
  }

  public int capacity() {
    return places.length - SLACK;
  }

  /// Places of the rows found, counted from the first row of the scan.
  public int[] places() {
    return places;
  }

  public float[] scores() {
    return scores;
  }
}
