package kz.qaqpa.engine;

import java.nio.ByteBuffer;

/**
 * A model with its KV cache, able to run one ragged step at a time.
 *
 * <p>The cache is a set of linear slots, {@code [slots, kvHeads, slotLength, headDim]} for keys and
 * for values in each layer, updated in place. The engine knows slots and lengths, never sequences:
 * whatever a slot means is the caller's business.
 *
 * <p>One thread calls all methods; each may block it. Native memory belongs to the engine and is
 * freed by {@link #close()}, exactly once.
 */
public interface Engine extends AutoCloseable {

  /** Sizes that do not change while the engine lives. */
  EngineShape shape();

  /**
   * Runs one step: appends every row's tokens to its slot and computes the logits that the plan
   * wants.
   *
   * <p>Afterwards the first {@code kvLength + queryLength} positions of a row's slot are valid. The
   * first {@link StepPlan#slotLength} positions of every slot without a row are untouched, bit for
   * bit; what lies behind them is undefined.
   *
   * @param plan at least one row; read during the call only, never kept
   * @return one entry a plan row; valid until the next call of any method of this engine
   * @throws EngineFault.Transient if this step failed and the next may succeed; the slots of the
   *     plan's rows are undefined, all others as they were
   * @throws EngineFault.Fatal if the engine is unusable from now on
   */
  StepResult execute(StepPlan plan);

  /**
   * Copies the first {@code tokens} positions of one slot, all layers, over those of another.
   *
   * @param tokens in {@code [0, slotLength]}; a copy onto itself does nothing
   */
  void copyKv(int fromSlot, int toSlot, int tokens);

  /** Bytes that {@link #readKv} writes for each token: keys and values of all layers. */
  long kvBytesPerToken();

  /**
   * Reads positions {@code [fromToken, fromToken + tokens)} of a slot, as they are now, into a host
   * block, which may be filled later.
   *
   * <p>Until the next {@link #execute} has returned, or {@link #close}, the block is the engine's:
   * nobody else looks into it, changes it or frees its memory. It may be given to {@link #writeKv}
   * or to another reading at any time; calls on the same block take effect in their order. What was
   * not filled when the engine fails for good, or is closed, is lost; so is what a call that fails
   * was to read.
   *
   * @param block has {@code tokens * kvBytesPerToken()} bytes remaining; its inner order is the
   *     engine's own and stays the same for its lifetime, so that blocks are good for {@link
   *     #writeKv} of the same engine with the same {@code tokens} only
   */
  void readKv(int slot, int fromToken, int tokens, ByteBuffer block);

  /**
   * Writes a block that {@link #readKv} fills, or has filled, with the same {@code tokens}, at any
   * position. The block is the caller's again when this returns.
   */
  void writeKv(int slot, int fromToken, int tokens, ByteBuffer block);

  @Override
  void close();
}
