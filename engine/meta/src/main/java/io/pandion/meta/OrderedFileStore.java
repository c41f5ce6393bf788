package io.pandion.meta;

import java.nio.ByteBuffer;
import java.util.Map;
import org.h2.mvstore.SFChunk;
import org.h2.mvstore.SingleFileStore;

/// The file of an MVStore, whose first block of a chunk reaches the disk after the chunk's other
/// blocks.
///
/// MVStore recognises its newest chunk by the header in the first block and the footer in the last
/// and does not check what lies between. When the power fails, any of the blocks may be missing: so
/// the first is written when the others are synced, and the header of the file when the chunk is.
/// Costs one more sync a commit, two when the header of the file is written.
class OrderedFileStore extends SingleFileStore {
  /// MVStore's own constant is not public.
  private static final int BLOCK_SIZE = 4096;

  private static final int FILE_HEADER = 2 * BLOCK_SIZE;

  OrderedFileStore() {
    super(Map.of());
  }

  @Override
  protected void writeFully(SFChunk chunk, long position, ByteBuffer bytes) {
    if (position < FILE_HEADER) {
      sync();
      super.writeFully(chunk, position, bytes);
      return;
    }
    int start = bytes.position();
    int end = bytes.limit();
    if (end - start > BLOCK_SIZE) {
      bytes.position(start + BLOCK_SIZE);
      super.writeFully(chunk, position + BLOCK_SIZE, bytes);
      sync();
      bytes.limit(start + BLOCK_SIZE).position(start);
    }
    super.writeFully(chunk, position, bytes);
    bytes.limit(end).position(end);
  }
}
