package kz.qaqpa.engine;

/**
 * Sizes of a loaded engine.
 *
 * @param vocabulary number of token ids; logits have this many entries
 * @param slots number of KV slots, at least 1
 * @param slotLength tokens that fit into one slot
 * @param maxStepTokens most tokens that one plan may carry, all rows together
 * @param prefillChunk length of the fixed prefill grid in tokens: chunks of a prompt start at
 *     multiples of it, so that a prompt gives the same bits however it was cut
 * @param layers number of transformer layers
 * @param kvHeads key/value heads
 * @param headDim size of one head
 * @param dtype precision of the KV cache, for instance {@code f32}
 */
public record EngineShape(
    int vocabulary,
    int slots,
    int slotLength,
    int maxStepTokens,
    int prefillChunk,
    int layers,
    int kvHeads,
    int headDim,
    String dtype) {

  /** Checks every size for being at least 1. */
  public EngineShape {
    requirePositive("vocabulary", vocabulary);
    requirePositive("slots", slots);
    requirePositive("slotLength", slotLength);
    requirePositive("maxStepTokens", maxStepTokens);
    requirePositive("prefillChunk", prefillChunk);
    requirePositive("layers", layers);
    requirePositive("kvHeads", kvHeads);
    requirePositive("headDim", headDim);
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= 1)");
    }
  }
}
