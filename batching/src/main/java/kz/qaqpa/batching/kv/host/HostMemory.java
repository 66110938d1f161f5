package kz.qaqpa.batching.kv.host;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Used by the step loop alone. The bytes of host blocks, outside the heap. A block's memory is
 * taken when it is first written, and all of it is given back by {@link #close}, after the engine's
 * end. Only the engine looks at the bytes: it may fill a block long after it was told to.
 */
public final class HostMemory implements AutoCloseable {
  /** Their bookkeeping takes some 350 bytes each. */
  private static final int MOST_BLOCKS = 1 << 20;

  private final Arena arena;
  private final int blockBytes;
  private final @Nullable ByteBuffer[] blocks;

  /**
   * Room for some blocks, none of it taken yet.
   *
   * @param arena closed with this; the thread that moves blocks may not be the one that closes it
   * @param blockBytes bytes of one block
   */
  public HostMemory(Arena arena, int blocks, int blockBytes) {
    this.arena = arena;
    this.blockBytes = blockBytes;
    this.blocks = new ByteBuffer[blocks];
  }

  /**
   * How many blocks some bytes are enough for; none where a block is larger than a buffer can be.
   *
   * @param bytesPerToken of the engine
   * @param block tokens of a block
   */
  public static int blocksIn(long bytes, long bytesPerToken, int block) {
    long blockBytes = Math.multiplyExact(bytesPerToken, (long) block);
    if (blockBytes <= 0 || blockBytes > Integer.MAX_VALUE) {
      return 0;
    }
    return (int) Math.min(MOST_BLOCKS, bytes / blockBytes);
  }

  /** The first bytes of a block, from its start; the same buffer each time. */
  ByteBuffer block(int id, int bytes) {
    ByteBuffer buffer = blocks[id];
    if (buffer == null) {
      buffer = arena.allocate(blockBytes, 64).asByteBuffer().order(ByteOrder.nativeOrder());
      blocks[id] = buffer;
    }
    return buffer.clear().limit(bytes);
  }

  @Override
  public void close() {
    arena.close();
  }
}
