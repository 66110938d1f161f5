package kz.qaqpa.engine.trt.interpret;

import kz.qaqpa.engine.trt.graph.ElementType;
import kz.qaqpa.engine.trt.weights.NumberFormats;

/** Numbers as a format can hold them. */
final class Rounding {
  private Rounding() {}

  /** The nearest number of a floating format. */
  static float to(ElementType type, double value) {
    float single = (float) value;
    return switch (type) {
      case F32 -> single;
      case F16 -> Float.float16ToFloat(Float.floatToFloat16(single));
      case BF16 -> NumberFormats.ofBf16(NumberFormats.toBf16(single));
      case FP8_E4M3 -> NumberFormats.ofE4m3(NumberFormats.toE4m3(single));
      case INT32, INT64 -> throw new IllegalArgumentException(type + " (expected: a float)");
    };
  }
}
