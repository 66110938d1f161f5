package kz.qaqpa.engine.trt.network;

import kz.qaqpa.engine.trt.graph.Dim;
import kz.qaqpa.engine.trt.graph.ElementType;
import kz.qaqpa.engine.trt.graph.Tensor;
import org.bytedeco.tensorrt.global.nvinfer.DataType;
import org.bytedeco.tensorrt.nvinfer.Dims64;
import org.bytedeco.tensorrt.nvinfer.ITensor;

/** Sizes and formats, there and back. */
final class Dimensions {
  private static final long DYNAMIC = -1;

  private Dimensions() {}

  static Dims64 of(long... sizes) {
    Dims64 dims = new Dims64().nbDims(sizes.length);
    for (int i = 0; i < sizes.length; i++) {
      dims.d(i, sizes[i]);
    }
    return dims;
  }

  /** Sizes with -1 for those that the step decides. */
  static Dims64 of(Tensor tensor) {
    return of(sizes(tensor));
  }

  static DataType type(ElementType type) {
    return switch (type) {
      case F32 -> DataType.kFLOAT;
      case F16 -> DataType.kHALF;
      case BF16 -> DataType.kBF16;
      case FP8_E4M3 -> DataType.kFP8;
      case INT32 -> DataType.kINT32;
      case INT64 -> DataType.kINT64;
    };
  }

  /** Whether TensorRT has found this tensor's layer sound; it answers -1 axes if not. */
  static boolean isKnown(ITensor tensor) {
    try (Dims64 dims = tensor.getDimensions()) {
      return dims.nbDims() >= 0;
    }
  }

  /** Whether TensorRT has inferred what the graph says. */
  static boolean matches(Tensor expected, ITensor tensor) {
    long[] sizes = sizes(expected);
    try (Dims64 dims = tensor.getDimensions()) {
      if (dims.nbDims() != sizes.length || tensor.getType().value != type(expected.type()).value) {
        return false;
      }
      for (int i = 0; i < sizes.length; i++) {
        if (dims.d(i) != sizes[i]) {
          return false;
        }
      }
      return true;
    }
  }

  /** As the graph shows tensors, with -1 for sizes that the step decides. */
  static String shown(ITensor tensor) {
    try (Dims64 dims = tensor.getDimensions()) {
      StringBuilder text = new StringBuilder().append(tensor.getType()).append('[');
      for (int i = 0; i < dims.nbDims(); i++) {
        text.append(i == 0 ? "" : ",").append(dims.d(i));
      }
      return text.append(']').toString();
    }
  }

  private static long[] sizes(Tensor tensor) {
    return tensor.dims().stream()
        .mapToLong(dim -> dim instanceof Dim.Fixed(long size) ? size : DYNAMIC)
        .toArray();
  }
}
