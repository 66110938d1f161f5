package kz.qaqpa.engine.trt.graph;

/** Number formats of a network. Norms, rotation, softmax and the results are F32 in all of them. */
public enum Precision {
  /** Everything F32: for comparison, and for models so small that speed does not matter. */
  F32(ElementType.F32, ElementType.F32),
  /** Weights, activations and KV cache in BF16. */
  BF16(ElementType.BF16, ElementType.BF16),
  /**
   * As {@link #BF16}, but the layers' matrices in FP8 with a scale for each output. Embedding and
   * head stay BF16: they are read once a step, not once a layer, and errors in them are not
   * averaged out by later layers.
   */
  FP8(ElementType.BF16, ElementType.FP8_E4M3);

  private final ElementType activations;
  private final ElementType matrices;

  Precision(ElementType activations, ElementType matrices) {
    this.activations = activations;
    this.matrices = matrices;
  }

  /** Format of activations, KV cache, embedding and head. */
  public ElementType activations() {
    return activations;
  }

  /** Format of the layers' matrices. */
  public ElementType matrices() {
    return matrices;
  }
}
