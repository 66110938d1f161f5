package kz.qaqpa.engine.trt.memory;

import kz.qaqpa.engine.trt.device.Stream.Place;

/**
 * Where keys and values lie: one block {@code [2 * layers, slots, kvHeads, capacity, headDim]},
 * keys of a layer before its values. One block, so that a prefix of a slot, all layers and heads of
 * it, is one box and one copy.
 *
 * @param layers of the model
 * @param slots of the engine
 * @param kvHeads of the model
 * @param capacity positions of a slot, at least one more than its length: the spare one
 * @param headDim of the model
 * @param elementBytes bytes of a number
 */
public record KvLayout(
    int layers, int slots, int kvHeads, int capacity, int headDim, int elementBytes) {

  /** Tensors of the block, two for each layer. */
  public int tensors() {
    return 2 * layers;
  }

  /** Bytes of one position of one head. */
  public long tokenBytes() {
    return (long) headDim * elementBytes;
  }

  /** Bytes of all positions of one head. */
  public long headBytes() {
    return capacity * tokenBytes();
  }

  /** Bytes of one slot in one tensor. */
  public long slotBytes() {
    return kvHeads * headBytes();
  }

  /** Bytes of one tensor. */
  public long tensorBytes() {
    return slots * slotBytes();
  }

  /** Bytes of everything. */
  public long bytes() {
    return tensors() * tensorBytes();
  }

  /** Bytes of one position in all layers and heads. */
  public long bytesPerToken() {
    return (long) tensors() * kvHeads * tokenBytes();
  }

  /**
   * Where a box of positions begins.
   *
   * @param base address of the block
   * @param tensor first tensor of the box
   * @param head first head of the box
   * @param token first position of the box
   */
  public Place place(long base, int tensor, int slot, int head, int token) {
    long address =
        base
            + tensor * tensorBytes()
            + slot * slotBytes()
            + head * headBytes()
            + token * tokenBytes();
    return new Place(address, headBytes(), (long) slots * kvHeads);
  }
}
