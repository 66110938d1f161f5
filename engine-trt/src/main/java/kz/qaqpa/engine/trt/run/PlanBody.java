package kz.qaqpa.engine.trt.run;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import kz.qaqpa.engine.EngineFault;

/**
 * The two programs of a model in one plan: the length of the first, 64 bits, little-endian; then,
 * each at a multiple of 64, the one for decode steps and the one for all others.
 *
 * @param decode as TensorRT serialised it
 * @param mixed as TensorRT serialised it
 */
public record PlanBody(MemorySegment decode, MemorySegment mixed) {
  private static final ValueLayout.OfLong LENGTH =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final long ALIGNMENT = 64;

  /** Both in one piece, which the arena owns. */
  public MemorySegment join(Arena arena) {
    long second = secondAt(decode.byteSize());
    MemorySegment all = arena.allocate(second + mixed.byteSize(), ALIGNMENT);
    all.set(LENGTH, 0, decode.byteSize());
    MemorySegment.copy(decode, 0, all, ALIGNMENT, decode.byteSize());
    MemorySegment.copy(mixed, 0, all, second, mixed.byteSize());
    return all;
  }

  /**
   * The two again.
   *
   * @throws EngineFault.Fatal if the lengths do not add up
   */
  public static PlanBody split(MemorySegment all) {
    long length = all.byteSize() < ALIGNMENT ? -1 : all.get(LENGTH, 0);
    if (length < 1 || length > all.byteSize() - ALIGNMENT || secondAt(length) >= all.byteSize()) {
      throw new EngineFault.Fatal(
          "plan: " + all.byteSize() + " bytes, the first part of " + length, null);
    }
    return new PlanBody(all.asSlice(ALIGNMENT, length), all.asSlice(secondAt(length)));
  }

  private static long secondAt(long length) {
    return ALIGNMENT + Math.ceilDiv(length, ALIGNMENT) * ALIGNMENT;
  }
}
