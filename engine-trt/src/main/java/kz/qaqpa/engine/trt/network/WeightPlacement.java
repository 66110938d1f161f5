package kz.qaqpa.engine.trt.network;

import java.lang.foreign.MemorySegment;
import java.util.function.Function;
import kz.qaqpa.engine.trt.graph.Weight;

/** How weights get into a network. */
public sealed interface WeightPlacement {

  /**
   * As inputs, bound to memory that stays. A plan is then some megabytes and fits every model of
   * the same sizes; weights go to the device from the checkpoint, once for all contexts and
   * engines.
   */
  record Inputs() implements WeightPlacement {}

  /**
   * Inside the plan: TensorRT may rearrange them for its kernels.
   *
   * @param memory the bytes of a weight, native, which the caller keeps until the build has ended
   */
  record Constants(Function<Weight, MemorySegment> memory) implements WeightPlacement {}
}
