package kz.qaqpa.engine.trt.step;

/**
 * Where what is always copied back lies in one block, pinned and on the device alike.
 *
 * @param topLogits {@code [rows, candidates]}, 32 bits each, as is all that follows
 * @param topIds {@code [rows, candidates]}
 * @param logSumExp {@code [rows]}
 * @param bytes of the block
 */
public record OutputLayout(long topLogits, long topIds, long logSumExp, long bytes) {

  public static OutputLayout of(int rows, int candidates) {
    long ids = InputLayout.aligned((long) rows * candidates * Float.BYTES);
    long sums = 2 * ids;
    return new OutputLayout(0, ids, sums, sums + InputLayout.aligned((long) rows * Float.BYTES));
  }
}
