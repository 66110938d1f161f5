package kz.qaqpa.engine.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Keys and values of all slots: for each layer two tensors {@code [slots, kvHeads, capacity,
 * headDim]} of f32 in native memory, untouched pages of which cost nothing. Confined to one thread.
 *
 * <p>Host blocks hold tensors in the order k.0, v.0, k.1, ...; in each the heads one after the
 * other; of each head its tokens.
 */
final class KvCache {
  private final int slots;
  private final int kvHeads;
  private final int capacity;
  private final int headDim;
  private final MemorySegment[] tensors;

  /**
   * @param arena owns the memory
   * @param capacity positions of a slot, its spare one included
   */
  KvCache(Arena arena, int layers, int slots, int kvHeads, int capacity, int headDim) {
    this.slots = slots;
    this.kvHeads = kvHeads;
    this.capacity = capacity;
    this.headDim = headDim;
    this.tensors = new MemorySegment[2 * layers];
    for (int i = 0; i < tensors.length; i++) {
      tensors[i] = NativeMemory.allocate(arena, slots * slotBytes());
    }
  }

  /** Two for each layer: keys at even indices, values at odd ones. */
  int tensors() {
    return tensors.length;
  }

  int slots() {
    return slots;
  }

  /** Positions of a slot, its spare one included. */
  int capacity() {
    return capacity;
  }

  /** Dimensions of the part of a tensor that holds {@code rows} slots. */
  long[] shape(int rows) {
    return new long[] {rows, kvHeads, capacity, headDim};
  }

  /** The part of a tensor that holds a range of slots; at most 2 GiB. */
  ByteBuffer view(int tensor, int firstSlot, int rows) {
    return tensors[tensor]
        .asSlice(firstSlot * slotBytes(), rows * slotBytes())
        .asByteBuffer()
        .order(ByteOrder.nativeOrder());
  }

  /** Bytes of one slot in one tensor. */
  private long slotBytes() {
    return (long) kvHeads * headBytes();
  }

  private long headBytes() {
    return (long) capacity * tokenBytes();
  }

  /** Bytes of one token of one head in one tensor. */
  private long tokenBytes() {
    return (long) headDim * Float.BYTES;
  }

  long bytesPerToken() {
    return (long) tensors.length * kvHeads * tokenBytes();
  }

  /** Copies the first {@code tokens} positions of one slot over those of another. */
  void copy(int from, int to, int tokens) {
    checkRange(from, 0, tokens);
    checkRange(to, 0, tokens);
    if (from == to) {
      return;
    }
    long bytes = tokens * tokenBytes();
    for (MemorySegment tensor : tensors) {
      for (int head = 0; head < kvHeads; head++) {
        MemorySegment.copy(tensor, at(from, head, 0), tensor, at(to, head, 0), bytes);
      }
    }
  }

  /** Fills a host block from positions {@code [fromToken, fromToken + tokens)}. */
  void read(int slot, int fromToken, int tokens, ByteBuffer block) {
    checkRange(slot, fromToken, tokens);
    MemorySegment host = host(block, tokens);
    long bytes = tokens * tokenBytes();
    long position = 0;
    for (MemorySegment tensor : tensors) {
      for (int head = 0; head < kvHeads; head++) {
        MemorySegment.copy(tensor, at(slot, head, fromToken), host, position, bytes);
        position += bytes;
      }
    }
    block.position(block.position() + (int) position);
  }

  /** Writes a host block to positions {@code [fromToken, fromToken + tokens)}. */
  void write(int slot, int fromToken, int tokens, ByteBuffer block) {
    checkRange(slot, fromToken, tokens);
    MemorySegment host = host(block, tokens);
    long bytes = tokens * tokenBytes();
    long position = 0;
    for (MemorySegment tensor : tensors) {
      for (int head = 0; head < kvHeads; head++) {
        MemorySegment.copy(host, position, tensor, at(slot, head, fromToken), bytes);
        position += bytes;
      }
    }
    block.position(block.position() + (int) position);
  }

  private MemorySegment host(ByteBuffer block, int tokens) {
    long expected = tokens * bytesPerToken();
    if (block.remaining() < expected) {
      throw new IllegalArgumentException(
          "block: " + block.remaining() + " bytes remaining (expected: >= " + expected + ")");
    }
    return MemorySegment.ofBuffer(block);
  }

  private long at(int slot, int head, int token) {
    return slot * slotBytes() + head * headBytes() + token * tokenBytes();
  }

  /** The spare position is no content: nobody reads or writes it through here. */
  private void checkRange(int slot, int fromToken, int tokens) {
    Objects.checkIndex(slot, slots);
    Objects.checkFromIndexSize(fromToken, tokens, capacity - 1);
  }
}
