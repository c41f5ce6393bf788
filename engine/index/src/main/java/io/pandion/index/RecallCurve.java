package io.pandion.index;

import static io.pandion.index.SectionFile.INT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// What effort a search of one index needs for a recall (`target_recall`), as [RecallTally]
/// measured it on held-out rows when the index was built. Immutable, any number of threads.
///
/// As a section of an index file, numbers are little-endian: u32 depths, u32 targets; each depth
/// (k) as u32, ascending; each target as f32, ascending; then for each depth and each target u32
/// effort (`ef`, `nprobe`) and u32 reorder (rows whose exact scores are computed), both 0 where
/// nothing that was tried reached the target.
final class RecallCurve {
  static final int UNREACHED = Integer.MAX_VALUE;

  private static final int MOST = 1 << 10;

  private final int[] depths;
  private final float[] targets;
  private final int[] efforts;
  private final int[] reorders;

  /// @param efforts of depth *d* and target *t* at `d * targets.length + t`
  RecallCurve(int[] depths, float[] targets, int[] efforts, int[] reorders) {
    this.depths = depths;
    this.targets = targets;
    this.efforts = efforts;
    this.reorders = reorders;
  }

  static long bytes(int depths, int targets) {
    return 8 + 4L * (depths + targets) + 8L * depths * targets;
  }

  long bytes() {
    return bytes(depths.length, targets.length);
  }

  void write(MemorySegment section) {
    section.set(INT, 0, depths.length);
    section.set(INT, 4, targets.length);
    long at = 8;
    for (int depth : depths) {
      section.set(INT, at, depth);
      at += 4;
    }
    for (float target : targets) {
      section.set(SectionFile.FLOAT, at, target);
      at += 4;
    }
    for (int i = 0; i < efforts.length; i++) {
      section.set(INT, at, efforts[i]);
      section.set(INT, at + 4, reorders[i]);
      at += 8;
    }
  }

  /// @throws io.pandion.model.PandionException CORRUPT_DATA when the section is no curve
  static RecallCurve read(MemorySegment section, String what) {
    String fault = "has a wrong recall curve";
    SectionFile.check(section.byteSize() >= 8, what, fault);
    int depths = section.get(INT, 0);
    int targets = section.get(INT, 4);
    boolean sized =
        depths > 0
            && targets > 0
            && depths <= MOST
            && targets <= MOST
            && section.byteSize() == bytes(depths, targets);
    SectionFile.check(sized, what, fault);
    int[] ks = section.asSlice(8, 4L * depths).toArray(INT);
    float[] of = section.asSlice(8 + 4L * depths, 4L * targets).toArray(SectionFile.FLOAT);
    int[] pairs = section.asSlice(8 + 4L * (depths + targets)).toArray(INT);
    int[] efforts = new int[depths * targets];
    int[] reorders = new int[depths * targets];
    for (int i = 0; i < efforts.length; i++) {
      efforts[i] = pairs[2 * i];
      reorders[i] = pairs[2 * i + 1];
    }
    boolean right = ks[0] > 0 && Arrays.stream(pairs).allMatch(x -> x >= 0);
    for (int i = 1; i < depths; i++) {
      right &= ks[i] > ks[i - 1];
    }
    SectionFile.check(right, what, fault);
    return new RecallCurve(ks, of, efforts, reorders);
  }

  /// The effort (`ef`, `nprobe`) with which the nearest `depth` rows are found, [#UNREACHED] when
  /// nothing that was tried suffices.
  int effort(double depth, double target) {
    return at(efforts, depth, target);
  }

  /// How many rows' exact scores that takes, [#UNREACHED] likewise.
  int reorder(double depth, double target) {
    return at(reorders, depth, target);
  }

  /// Between two depths on a straight line of logarithms, beyond the last in proportion.
  private int at(int[] of, double depth, double target) {
    int t = 0;
    while (t < targets.length && targets[t] < target - 1e-6) {
      t++;
    }
    if (t == targets.length) {
      return UNREACHED;
    }
    int d = 0;
    while (d < depths.length && depths[d] < depth) {
      d++;
    }
    double last = of[Math.min(d, depths.length - 1) * targets.length + t];
    if (last == 0) {
      return UNREACHED;
    }
    if (d == depths.length) {
      return (int) Math.min(UNREACHED, Math.ceil(last * depth / depths[d - 1]));
    }
    int before = d == 0 ? 0 : of[(d - 1) * targets.length + t];
    if (before == 0) {
      return (int) last;
    }
    double share = Math.log(depth / depths[d - 1]) / Math.log((double) depths[d] / depths[d - 1]);
    return (int) Math.ceil(before * Math.pow(last / before, share));
  }
}
