package io.pandion.index;

import io.pandion.model.Metric;
import io.pandion.model.PandionException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.zip.CRC32C;

/// A file of numbered sections that is searched as it lies, mapped. All numbers are little-endian.
///
/// ```
/// 0     u64  magic "PANDIONX"
/// 8     u32  kind: what the file is (FLAT 1, HNSW 2, SCALAR 3,
///       SPARSE 16, BINARY_FLAT 17, BINARY_IVF 18, IVF 19)
/// 12    u32  version of the kind's format
/// 16    u32  number of sections n (at most 160)
/// 20    u32  0
/// 24    u64  offset of the checksum table
/// 32    n x (u64 offset, u64 length); sections start at multiples of 4096, gaps are zero
/// 4092  u32  CRC32C of the bytes 0 to 4091
/// 4096  the sections
/// table u32 for each MiB (the last may be shorter) from 4096 to the table: its CRC32C,
///       then u32 CRC32C of the table so far; the file ends here
/// ```
///
/// Every byte is under one checksum, all of which are verified on open.
public final class SectionFile {
  public static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  public static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final int FLAT = 1;
  static final int HNSW = 2;
  static final int SCALAR = 3;
  public static final int SPARSE = 16;
  public static final int BINARY_FLAT = 17;
  public static final int BINARY_IVF = 18;
  static final int IVF = 19;

  private static final long MAGIC = 0x584e4f49444e4150L;
  private static final int PAGE = 4096;
  private static final int MIB = 1 << 20;

  private SectionFile() {}

  /// Lays sections out as one file in memory.
  static byte[] bytes(int kind, int version, List<byte[]> sections) {
    long end = PAGE;
    for (byte[] section : sections) {
      end = aligned(end) + section.length;
    }
    int chunks = chunks(end);
    byte[] out = new byte[Math.toIntExact(end + 4L * (chunks + 1))];
    MemorySegment file = MemorySegment.ofArray(out);
    int at = PAGE;
    for (int i = 0; i < sections.size(); i++) {
      at = (int) aligned(at);
      byte[] section = sections.get(i);
      System.arraycopy(section, 0, out, at, section.length);
      file.set(LONG, 32 + 16L * i, at);
      file.set(LONG, 40 + 16L * i, section.length);
      at += section.length;
    }
    seal(file, kind, version, sections.size(), end);
    return out;
  }

  /// Creates a file whose sections, of the given lengths, `fill` writes in place.
  public static void write(Path path, int kind, int version, long[] lengths, Filler fill)
      throws IOException {
    long end = PAGE;
    long[] starts = new long[lengths.length];
    for (int i = 0; i < lengths.length; i++) {
      starts[i] = aligned(end);
      end = starts[i] + lengths[i];
    }
    long size = end + 4L * (chunks(end) + 1);
    try (FileChannel channel =
            FileChannel.open(
                path,
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        java.lang.foreign.Arena arena = java.lang.foreign.Arena.ofShared()) {
      reserve(channel, size);
      MemorySegment file = channel.map(FileChannel.MapMode.READ_WRITE, 0, size, arena);
      MemorySegment[] sections = new MemorySegment[lengths.length];
      for (int i = 0; i < lengths.length; i++) {
        sections[i] = file.asSlice(starts[i], lengths[i]);
        file.set(LONG, 32 + 16L * i, starts[i]);
        file.set(LONG, 40 + 16L * i, lengths[i]);
      }
      fill.fill(sections);
      seal(file, kind, version, lengths.length, end);
      file.force();
    }
  }

  /// Writes zeros, so that a full disk is an error here and no fault in the mapping.
  private static void reserve(FileChannel channel, long length) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocate(1 << 16);
    for (long at = 0; at < length; ) {
      zeros.position(0).limit((int) Math.min(zeros.capacity(), length - at));
      at += channel.write(zeros, at);
    }
  }

  /// Writes the sections of a new file.
  public interface Filler {
    void fill(MemorySegment[] sections);
  }

  /// The sections of a file, after all checksums have been verified.
  ///
  /// @throws PandionException CORRUPT_DATA when anything differs from what was written
  public static MemorySegment[] open(MemorySegment file, String what, int kind, int version) {
    long size = file.byteSize();
    check(size >= PAGE + 4, what, "is cut: " + size + " bytes");
    check(crc(file, 0, PAGE - 4) == file.get(INT, PAGE - 4), what, "has a wrong header checksum");
    check(file.get(LONG, 0) == MAGIC, what, "is no index file");
    check(file.get(INT, 8) == kind, what, "is of kind " + file.get(INT, 8) + ", not " + kind);
    check(file.get(INT, 12) == version, what, "has the unknown version " + file.get(INT, 12));
    long end = file.get(LONG, 24);
    check(end >= PAGE && end <= size, what, "is cut: " + size + " bytes");
    int chunks = chunks(end);
    check(size == end + 4L * (chunks + 1), what, "is cut or too long: " + size + " bytes");
    check(
        crc(file, end, 4L * chunks) == file.get(INT, size - 4), what, "has a wrong table checksum");
    for (int i = 0; i < chunks; i++) {
      long from = PAGE + (long) i * MIB;
      check(
          crc(file, from, Math.min(MIB, end - from)) == file.get(INT, end + 4L * i),
          what,
          "has a wrong checksum at byte " + from);
    }
    MemorySegment[] sections = new MemorySegment[file.get(INT, 16)];
    for (int i = 0; i < sections.length; i++) {
      sections[i] = file.asSlice(file.get(LONG, 32 + 16L * i), file.get(LONG, 40 + 16L * i));
    }
    return sections;
  }

  /// The number of a metric in files.
  static int code(Metric metric) {
    return switch (metric) {
      case L2 -> 0;
      case IP -> 1;
      case COSINE -> 2;
    };
  }

  /// @throws PandionException CORRUPT_DATA with the fault unless `good`
  public static void check(boolean good, String what, String fault) {
    if (!good) {
      throw PandionException.corrupt(what + " " + fault + "; build the index again");
    }
  }

  private static void seal(MemorySegment file, int kind, int version, int sections, long end) {
    file.set(LONG, 0, MAGIC);
    file.set(INT, 8, kind);
    file.set(INT, 12, version);
    file.set(INT, 16, sections);
    file.set(LONG, 24, end);
    file.set(INT, PAGE - 4, crc(file, 0, PAGE - 4));
    int chunks = chunks(end);
    for (int i = 0; i < chunks; i++) {
      long from = PAGE + (long) i * MIB;
      file.set(INT, end + 4L * i, crc(file, from, Math.min(MIB, end - from)));
    }
    file.set(INT, end + 4L * chunks, crc(file, end, 4L * chunks));
  }

  private static int chunks(long end) {
    return Math.toIntExact((end - PAGE + MIB - 1) / MIB);
  }

  private static long aligned(long at) {
    return (at + PAGE - 1) & -PAGE;
  }

  private static int crc(MemorySegment file, long from, long length) {
    CRC32C crc = new CRC32C();
    crc.update(file.asSlice(from, length).asByteBuffer());
    return (int) crc.getValue();
  }
}
