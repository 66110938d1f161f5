package kz.qaqpa.engine.trt.network;

import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.engine.trt.graph.ElementType;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.nvinfer.Weights;

/**
 * What TensorRT keeps addresses of until a build has ended: elements, and the small structures that
 * point to them. Confined to one thread.
 */
final class ConstantMemory implements AutoCloseable {
  private final List<Pointer> owned = new ArrayList<>();

  /** A structure for elements that this owns from now on. */
  Weights keep(Pointer elements, ElementType type, long count) {
    owned.add(elements);
    return borrow(elements, type, count);
  }

  /** A structure for elements that somebody else keeps. */
  Weights borrow(Pointer elements, ElementType type, long count) {
    Weights weights = new Weights();
    owned.add(weights);
    return weights.type(Dimensions.type(type)).values(elements).count(count);
  }

  @Override
  public void close() {
    owned.forEach(Pointer::deallocate);
    owned.clear();
  }
}
