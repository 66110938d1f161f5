package kz.qaqpa.engine.trt.step;

/**
 * Where a step's inputs lie in one block, pinned and on the device alike, so that they are one
 * copy. Offsets are multiples of 256, as TensorRT wants addresses to be.
 *
 * @param positions of tokens, 64 bits each
 * @param ids of tokens, 32 bits each, as is all that follows
 * @param kvLengths of rows
 * @param write first new position of rows
 * @param last token of rows whose logits are wanted
 * @param queryLengths bounds of rows, one more than there are rows
 * @param bytes of the block
 */
public record InputLayout(
    long positions,
    long ids,
    long kvLengths,
    long write,
    long last,
    long queryLengths,
    long bytes) {
  private static final long ALIGNMENT = 256;

  public static InputLayout of(int tokens, int rows) {
    long ids = aligned((long) tokens * Long.BYTES);
    long kvLengths = ids + aligned((long) tokens * Integer.BYTES);
    long write = kvLengths + aligned((long) rows * Integer.BYTES);
    long last = write + aligned((long) rows * Integer.BYTES);
    long queryLengths = last + aligned((long) rows * Integer.BYTES);
    long bytes = queryLengths + aligned((rows + 1L) * Integer.BYTES);
    return new InputLayout(0, ids, kvLengths, write, last, queryLengths, bytes);
  }

  public static long aligned(long bytes) {
    return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
  }
}
