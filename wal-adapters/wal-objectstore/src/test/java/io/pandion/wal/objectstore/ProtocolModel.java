package io.pandion.wal.objectstore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The protocol of the log in all its states: an owner A whose stream two channels share,
/// take-overs at any time (of both channels, or twice of one), garbage collection, and A's second
/// stream, in which it goes on with the channels it still owns. Slot *k* holds record *k* of both
/// channels. Every create may land arbitrarily late or twice, every reply may be lost, everybody
/// may pause for ever.
///
/// What must hold in every state: an acknowledged record is in a file or in the log that the next
/// owner reads; no slot of a closed range is missing; nothing is acknowledged at or behind an end
/// that a take-over saved; no record is read twice.
final class ProtocolModel implements StateSpace.Model {
  /// The protocol, and what it would be with one mistake.
  enum Variant {
    /// As it is.
    CORRECT,
    /// Fence objects are collected, too; before it acknowledges, A looks at the terms again.
    FENCE_COLLECTED_TERM_READ_AGAIN,
    FENCE_COLLECTED,
    ACKNOWLEDGED_OUT_OF_ORDER,
    STREAM_REUSED_ANY_412_IS_SUCCESS,
    END_SAVED_BEFORE_FENCE,
    CHECKPOINT_READ_BEFORE_TERM,
    CHECKPOINT_NOT_GUARDED,
    /// A believes that a slot is fenced although it knows that its own object is there.
    LATE_REPLY_BELIEVED,
    /// The low-water mark is that of one channel.
    COLLECTED_BELOW_ONE_CHANNEL,
    /// A goes on with a channel although it has lost it.
    MOVE_NOT_GUARDED,
    /// A sends again what it has not acknowledged instead of what lies at or behind the fence.
    SENT_AGAIN_FROM_FIRST_UNACKNOWLEDGED
  }

  private static final int ABSENT = 0;
  private static final int DATA = 1;
  private static final int FENCE = 2;
  private static final int OTHER = 3;
  private static final int NONE = 7;

  // phases of a take-over
  private static final int IDLE = 0;
  private static final int SCAN = 1;
  private static final int HOLE = 2;
  private static final int FENCED = 3;
  private static final int SERVES = 4;

  private final Variant variant;
  private final int records;
  private final int window;
  private final int sends;
  private final int takeOvers;
  private final int slots;

  // where each field lies in a state, and its width in bits
  private final List<Integer> widths = new ArrayList<>();
  private final int store;
  private final int next;
  private final int flying;
  private final int sent;
  private final int known;
  private final int dead;
  private final int base;
  private final int store1;
  private final int next1;
  private final int flying1;
  private final int known1;
  private final int dead1;
  private final int[] acked = new int[2];
  private final int[] filed = new int[2];
  private final int[] term = new int[2];
  private final int[] phase = new int[2];
  private final int[] at = new int[2];
  private final int[] start = new int[2];
  private final int[] end = new int[2];
  private final int[] end1 = new int[2];
  private final int[] checkpoint = new int[2];
  private final int[] prepared = new int[2];
  private final int[] moved = new int[2];
  private final int[] lateFence = new int[2];

  private List<StateSpace.Step> out = new ArrayList<>();

  /// @param records that A wants to write, at most 3
  /// @param window creates in flight
  /// @param sends of one create
  /// @param takeOvers in all
  ProtocolModel(Variant variant, int records, int window, int sends, int takeOvers) {
    this.variant = variant;
    this.records = records;
    this.window = window;
    this.sends = sends;
    this.takeOvers = takeOvers;
    this.slots = records + 1;
    store = fields(slots, 2);
    next = fields(1, 2);
    flying = fields(records, 2);
    sent = fields(records, 2);
    known = fields(records, 1);
    dead = fields(1, 1);
    base = fields(1, 3);
    store1 = fields(slots, 2);
    next1 = fields(1, 2);
    flying1 = fields(records, 1);
    known1 = fields(records, 1);
    dead1 = fields(1, 1);
    for (int c = 0; c < 2; c++) {
      acked[c] = fields(records, 1);
      filed[c] = fields(records, 1);
      term[c] = fields(1, 2);
      phase[c] = fields(1, 3);
      at[c] = fields(1, 2);
      start[c] = fields(1, 3);
      end[c] = fields(1, 3);
      end1[c] = fields(1, 3);
      checkpoint[c] = fields(1, 2);
      prepared[c] = fields(1, 3);
      moved[c] = fields(1, 1);
      lateFence[c] = fields(1, 3);
    }
  }

  private int fields(int count, int width) {
    int first = widths.size();
    for (int i = 0; i < count; i++) {
      widths.add(width);
    }
    return first;
  }

  @Override
  public StateSpace.Step first() {
    byte[] s = new byte[widths.size()];
    s[base] = NONE;
    for (int c = 0; c < 2; c++) {
      s[term[c]] = 1;
      s[start[c]] = NONE;
      s[end[c]] = NONE;
      s[end1[c]] = NONE;
      s[prepared[c]] = NONE;
      s[lateFence[c]] = NONE;
    }
    return pack("start", s);
  }

  private StateSpace.Step pack(String name, byte[] s) {
    long[] words = new long[2];
    int word = 0;
    int bit = 0;
    for (int i = 0; i < s.length; i++) {
      int width = widths.get(i);
      if (bit + width > Long.SIZE) {
        word++;
        bit = 0;
      }
      words[word] |= (long) s[i] << bit;
      bit += width;
    }
    return new StateSpace.Step(name, words[0], words[1]);
  }

  private byte[] unpack(long high, long low) {
    byte[] s = new byte[widths.size()];
    long word = high;
    int bit = 0;
    for (int i = 0; i < s.length; i++) {
      int width = widths.get(i);
      if (bit + width > Long.SIZE) {
        word = low;
        bit = 0;
      }
      s[i] = (byte) (word >>> bit & ((1 << width) - 1));
      bit += width;
    }
    return s;
  }

  /// A step that sets fields: pairs of place and value.
  private void step(String name, byte[] s, int... changes) {
    byte[] t = s.clone();
    for (int i = 0; i < changes.length; i += 2) {
      t[changes[i]] = (byte) changes[i + 1];
    }
    out.add(pack(name, t));
  }

  @Override
  public List<StateSpace.Step> next(long high, long low) {
    out = new ArrayList<>();
    byte[] s = unpack(high, low);
    ownerWrites(s);
    ownerAcknowledges(s);
    serverApplies(s);
    ownerGoesOn(s);
    for (int c = 0; c < 2; c++) {
      ownerCheckpoints(s, c);
      takeOver(s, c);
    }
    collect(s);
    return out;
  }

  private int prefix(byte[] s, int field) {
    int k = 0;
    while (k < records && s[field + k] == 1) {
      k++;
    }
    return k;
  }

  /// Slots acknowledged in A's first stream: those of any channel, as they go together.
  private int ackedPrefix(byte[] s) {
    return Math.max(prefix(s, acked[0]), prefix(s, acked[1]));
  }

  /// First slot at or behind which nothing of A's first stream counts, as A knows.
  private int bound(byte[] s) {
    return s[dead] == 1 ? s[base] : records;
  }

  private void ownerWrites(byte[] s) {
    int k = s[next];
    if (s[dead] == 0 && k < records && k - prefix(s, known) < window) {
      step("A creates slot " + k, s, next, k + 1, flying + k, s[flying + k] + 1, sent + k, 1);
    }
    for (int j = 0; j < Math.min(s[next], bound(s)); j++) {
      if (s[known + j] == 0 && s[sent + j] < sends) {
        step(
            "A sends slot " + j + " again",
            s,
            flying + j,
            s[flying + j] + 1,
            sent + j,
            s[sent + j] + 1);
      }
    }
  }

  private void ownerAcknowledges(byte[] s) {
    for (int k = 0; k < bound(s); k++) {
      boolean inOrder = k == ackedPrefix(s) || variant == Variant.ACKNOWLEDGED_OUT_OF_ORDER;
      boolean told = s[acked[0] + k] == 1 || s[acked[1] + k] == 1;
      if (s[known + k] == 0 || told || !inOrder || s[moved[0]] + s[moved[1]] > 0) {
        continue;
      }
      if (variant == Variant.FENCE_COLLECTED_TERM_READ_AGAIN) {
        byte[] t = s.clone();
        for (int c = 0; c < 2; c++) {
          t[acked[c] + k] = (byte) (s[term[c]] == 1 ? 1 : 0);
        }
        if (t[acked[0] + k] + t[acked[1] + k] > 0) {
          out.add(pack("A reads the terms again and acknowledges " + k, t));
        }
      } else {
        step("A acknowledges " + k, s, acked[0] + k, 1, acked[1] + k, 1);
      }
    }
  }

  private void serverApplies(byte[] s) {
    for (int k = 0; k < records; k++) {
      if (s[flying + k] == 0) {
        continue;
      }
      int left = s[flying + k] - 1;
      int found = s[store + k];
      boolean free = found == ABSENT;
      boolean good =
          free
              || found == DATA
              || (found == OTHER && variant == Variant.STREAM_REUSED_ANY_412_IS_SUCCESS);
      int now = free ? DATA : found;
      String what = "the server applies slot " + k + (free ? "" : good ? ": taken" : ": fenced");
      step(what + ", the reply is lost", s, store + k, now, flying + k, left);
      if (good) {
        step(what, s, store + k, now, flying + k, left, known + k, 1);
      } else if (s[dead] == 0 && (s[known + k] == 0 || variant == Variant.LATE_REPLY_BELIEVED)) {
        // of a slot that is known to be there, no later reply is believed: the fence of a taker
        // that
        // was replaced may have landed where the slot was collected
        step(what, s, flying + k, left, dead, 1, base, k);
      }
    }
    for (int j = 0; j < records; j++) {
      if (s[flying1 + j] == 0) {
        continue;
      }
      boolean free = s[store1 + j] == ABSENT;
      String what = "the server applies slot " + j + " of A's second stream";
      if (free) {
        step(what + ", the reply is lost", s, store1 + j, DATA, flying1 + j, 0);
        step(what, s, store1 + j, DATA, flying1 + j, 0, known1 + j, 1);
      } else {
        step(what + ": fenced", s, flying1 + j, 0, dead1, 1);
      }
    }
  }

  /// A has met the fence: it goes on in a second stream with the channels that are still its own.
  private void ownerGoesOn(byte[] s) {
    if (s[dead] == 0) {
      return;
    }
    boolean early = variant == Variant.SENT_AGAIN_FROM_FIRST_UNACKNOWLEDGED;
    int fence = s[base];
    boolean untouched = s[moved[0]] + s[moved[1]] == 0;
    if (untouched && !early && ackedPrefix(s) < fence) {
      return;
    }
    for (int c = 0; c < 2; c++) {
      if (s[moved[c]] == 0 && (s[term[c]] == 1 || variant == Variant.MOVE_NOT_GUARDED)) {
        if (s[next1] == 0) {
          int from = early && untouched ? ackedPrefix(s) : fence;
          step(
              "A goes on with channel " + c + " from " + from,
              s,
              moved[c],
              1,
              end[c],
              fence,
              base,
              from);
        }
      }
    }
    boolean handed = !untouched;
    for (int c = 0; c < 2; c++) {
      handed &= s[moved[c]] == 1 || s[term[c]] > 1;
    }
    int j = s[next1];
    if (handed && s[dead1] == 0 && s[base] + j < records && j < window) {
      step("A creates slot " + j + " of its second stream", s, next1, j + 1, flying1 + j, 1);
    }
    for (int i = 0; i < j; i++) {
      int k = s[base] + i;
      boolean inOrder = i == 0 || s[acked[0] + k - 1] == 1 || s[acked[1] + k - 1] == 1;
      boolean told =
          (s[moved[0]] == 0 || s[acked[0] + k] == 1) && (s[moved[1]] == 0 || s[acked[1] + k] == 1);
      if (s[known1 + i] == 1 && inOrder && !told) {
        step(
            "A acknowledges " + k + " in its second stream",
            s,
            acked[0] + k,
            s[acked[0] + k] | s[moved[0]],
            acked[1] + k,
            s[acked[1] + k] | s[moved[1]]);
      }
    }
  }

  private void ownerCheckpoints(byte[] s, int c) {
    int durable = Math.min(prefix(s, acked[c]), bound(s));
    if (s[dead] == 0 && s[prepared[c]] == NONE && durable > s[checkpoint[c]]) {
      step("A prepares checkpoint " + durable + " of channel " + c, s, prepared[c], durable);
    }
    int p = s[prepared[c]];
    if (p == NONE) {
      return;
    }
    boolean mine = s[term[c]] == 1 && p > s[checkpoint[c]];
    if (mine || variant == Variant.CHECKPOINT_NOT_GUARDED) {
      byte[] t = s.clone();
      t[checkpoint[c]] = (byte) p;
      t[prepared[c]] = NONE;
      Arrays.fill(t, filed[c], filed[c] + p, (byte) 1);
      out.add(pack("A saves checkpoint " + p + " of channel " + c, t));
    } else {
      step("A's checkpoint of channel " + c + " is refused", s, prepared[c], NONE);
    }
  }

  private void takeOver(byte[] s, int c) {
    int taken = s[term[0]] + s[term[1]] - 2;
    boolean early = variant == Variant.CHECKPOINT_READ_BEFORE_TERM;
    if (early && s[start[c]] == NONE && s[term[c]] == 1) {
      step("B reads the checkpoint of channel " + c + " too early", s, start[c], s[checkpoint[c]]);
    }
    if (taken < takeOvers && (!early || s[start[c]] != NONE)) {
      int late =
          s[phase[c]] == HOLE && s[end1[c]] == NONE && s[moved[c]] == 0
              ? s[at[c]]
              : s[lateFence[c]];
      step(
          "term " + (s[term[c]] + 1) + " of channel " + c,
          s,
          term[c],
          s[term[c]] + 1,
          phase[c],
          s[phase[c]] == SERVES ? SERVES : IDLE,
          lateFence[c],
          late);
    }
    if (s[lateFence[c]] != NONE) {
      int slot = s[lateFence[c]];
      step(
          "the fence of the taker before lands at " + slot,
          s,
          store + slot,
          s[store + slot] == ABSENT ? FENCE : s[store + slot],
          lateFence[c],
          NONE);
    }
    if (s[term[c]] == 1) {
      return;
    }
    boolean second = s[moved[c]] == 1;
    int places = second ? store1 : store;
    int ends = second ? end1[c] : end[c];
    String who = "taker of channel " + c;
    int slot = s[at[c]];
    switch (s[phase[c]]) {
      case IDLE -> {
        int from = second ? 0 : early ? s[start[c]] : s[checkpoint[c]];
        step(who + " looks from slot " + from, s, phase[c], SCAN, at[c], from);
      }
      case SCAN -> {
        if (s[places + slot] == FENCE) {
          step(who + " finds the fence at " + slot, s, phase[c], FENCED);
        } else if (s[places + slot] != ABSENT) {
          if (slot + 1 < slots) {
            step(who + " finds data at " + slot, s, at[c], slot + 1);
          }
        } else if (variant == Variant.END_SAVED_BEFORE_FENCE) {
          step(who + " saves the end at hole " + slot, s, phase[c], HOLE, ends, slot);
        } else {
          step(who + " finds the hole at " + slot, s, phase[c], HOLE);
        }
      }
      case HOLE -> {
        if (s[places + slot] == ABSENT) {
          boolean reuses = variant == Variant.STREAM_REUSED_ANY_412_IS_SUCCESS;
          step(
              who + (reuses ? " writes its own at " : " puts the fence at ") + slot,
              s,
              places + slot,
              reuses ? OTHER : FENCE,
              phase[c],
              FENCED);
        } else if (variant == Variant.END_SAVED_BEFORE_FENCE) {
          step(who + ": its fence is refused", s, phase[c], FENCED);
        } else {
          step(who + ": its fence at " + slot + " is refused, it looks again", s, phase[c], SCAN);
        }
      }
      case FENCED ->
          step(who + " saves the end", s, ends, s[ends] == NONE ? slot : s[ends], phase[c], SERVES);
      case SERVES -> {
        int k = s[checkpoint[c]];
        if (k < s[end[c]] && s[store + k] != ABSENT && s[store + k] != FENCE) {
          step(who + " replays " + k + " to a file", s, checkpoint[c], k + 1, filed[c] + k, 1);
        }
      }
      default -> throw new IllegalStateException();
    }
  }

  private void collect(byte[] s) {
    int low = Math.min(s[checkpoint[0]], s[checkpoint[1]]);
    if (variant == Variant.COLLECTED_BELOW_ONE_CHANNEL) {
      low = Math.max(s[checkpoint[0]], s[checkpoint[1]]);
    }
    for (int k = 0; k < slots; k++) {
      boolean data = s[store + k] == DATA || s[store + k] == OTHER;
      if (data && k < low) {
        step("slot " + k + " is collected", s, store + k, ABSENT);
      }
      boolean fences =
          variant == Variant.FENCE_COLLECTED || variant == Variant.FENCE_COLLECTED_TERM_READ_AGAIN;
      if (fences && s[store + k] == FENCE && done(s, 0, k) && done(s, 1, k)) {
        step("the fence at " + k + " is collected", s, store + k, ABSENT);
      }
    }
  }

  private boolean done(byte[] s, int c, int fence) {
    return s[end[c]] == fence && s[checkpoint[c]] == fence;
  }

  @Override
  public Optional<String> violation(long high, long low) {
    byte[] s = unpack(high, low);
    for (int c = 0; c < 2; c++) {
      for (int k = 0; k < records; k++) {
        if (s[acked[c] + k] == 1 && s[filed[c] + k] == 0 && !inLog(s, c, k)) {
          return Optional.of("acknowledged record " + k + " of channel " + c + " is lost");
        }
        boolean first = k < s[end[c]] && (s[filed[c] + k] == 1 || s[store + k] == DATA);
        if (s[moved[c]] == 1 && first && second(s, c, k)) {
          return Optional.of("record " + k + " of channel " + c + " is read twice");
        }
        if (s[acked[c] + k] == 1 && s[phase[c]] == SERVES && behind(s, c, k)) {
          return Optional.of(
              "record " + k + " of channel " + c + " is acknowledged behind the end");
        }
      }
      if (s[end[c]] != NONE) {
        for (int k = s[checkpoint[c]]; k < s[end[c]]; k++) {
          if (s[store + k] == ABSENT || s[store + k] == FENCE) {
            return Optional.of("slot " + k + " of a closed range of channel " + c + " is missing");
          }
        }
      }
    }
    return Optional.empty();
  }

  private boolean inLog(byte[] s, int c, int k) {
    boolean first = k >= s[checkpoint[c]] && k < s[end[c]] && s[store + k] == DATA;
    return first || second(s, c, k);
  }

  /// Whether the record is in A's second stream, for whoever reads the channel.
  private boolean second(byte[] s, int c, int k) {
    int j = k - s[base];
    return s[moved[c]] == 1 && j >= 0 && j < s[end1[c]] && s[store1 + j] == DATA;
  }

  private boolean behind(byte[] s, int c, int k) {
    return s[moved[c]] == 1 ? s[end1[c]] != NONE && k - s[base] >= s[end1[c]] : k >= s[end[c]];
  }
}
