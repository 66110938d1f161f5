package kz.qaqpa.engine.trt.interpret;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.engine.trt.graph.Graph;
import kz.qaqpa.engine.trt.graph.Tensor;
import kz.qaqpa.engine.trt.graph.Weight;
import kz.qaqpa.engine.trt.weights.NumberFormats;
import kz.qaqpa.engine.trt.weights.WeightReader;

/** The bytes that a device would get, read back as numbers. */
public final class WeightValues {
  private WeightValues() {}

  /** All weights of a graph, by name. */
  public static Map<String, Value> read(Graph graph, Checkpoint checkpoint) {
    WeightReader reader = new WeightReader(checkpoint);
    Map<String, Value> values = new HashMap<>();
    for (Weight weight : graph.weights()) {
      try (Arena arena = Arena.ofShared()) {
        MemorySegment bytes = arena.allocate(weight.tensor().bytes());
        reader.read(weight, 0, bytes);
        values.put(weight.name(), decode(weight.tensor(), bytes));
      }
    }
    return values;
  }

  /** Elements of a floating format, from the bytes that a device would get. */
  public static Value decode(Tensor tensor, MemorySegment bytes) {
    int[] dims = new int[tensor.rank()];
    for (int axis = 0; axis < dims.length; axis++) {
      dims[axis] = Math.toIntExact(tensor.size(axis));
    }
    Value value = Value.of(tensor.type(), 0, dims);
    float[] floats = value.floats();
    for (int i = 0; i < floats.length; i++) {
      floats[i] =
          switch (tensor.type()) {
            case F32 -> bytes.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i);
            case F16 -> Float.float16ToFloat(bytes.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i));
            case BF16 -> NumberFormats.ofBf16(bytes.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i));
            case FP8_E4M3 -> NumberFormats.ofE4m3(bytes.get(ValueLayout.JAVA_BYTE, i));
            case INT32, INT64 ->
                throw new IllegalArgumentException(tensor + " (expected: a floating format)");
          };
    }
    return value;
  }
}
