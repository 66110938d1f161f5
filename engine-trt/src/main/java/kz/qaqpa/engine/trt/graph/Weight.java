package kz.qaqpa.engine.trt.graph;

/**
 * A tensor that is the same in every step: of the model, or computed once from its configuration.
 * All its sizes are fixed.
 *
 * @param tensor its name in the graph, format and sizes
 * @param source where its elements come from
 */
public record Weight(Tensor tensor, WeightSource source) {

  /** Checks the sizes for being fixed. */
  public Weight {
    if (!tensor.isFixed()) {
      throw new IllegalArgumentException("weight: " + tensor + " (expected: fixed sizes)");
    }
  }

  /** Name of the tensor. */
  public String name() {
    return tensor.name();
  }
}
