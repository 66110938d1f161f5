package kz.qaqpa.engine.trt.run;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import kz.qaqpa.engine.trt.device.FakeDevice;
import kz.qaqpa.engine.trt.device.FakeProgram;
import kz.qaqpa.engine.trt.graph.ElementType;
import kz.qaqpa.engine.trt.graph.Graph;
import kz.qaqpa.engine.trt.graph.Tensor;
import kz.qaqpa.engine.trt.graph.Weight;
import kz.qaqpa.engine.trt.interpret.Interpreter;
import kz.qaqpa.engine.trt.interpret.Value;
import kz.qaqpa.engine.trt.interpret.WeightValues;

/** The graph, interpreted on a fake device's memory; weights too are read from there, once. */
final class InterpretedKernel implements FakeProgram.Kernel {
  private final Graph graph;
  private final Map<String, Value> weights = new HashMap<>();
  private Interpreter interpreter;

  InterpretedKernel(Graph graph) {
    this.graph = graph;
    this.interpreter = new Interpreter(graph, Map.of());
  }

  @Override
  public void run(FakeDevice device, Map<String, Long> addresses, Map<String, long[]> shapes) {
    if (weights.isEmpty()) {
      for (Weight weight : graph.weights()) {
        Tensor tensor = weight.tensor();
        MemorySegment bytes = device.bytes(address(addresses, tensor.name()), tensor.bytes());
        weights.put(tensor.name(), WeightValues.decode(tensor, bytes));
      }
      interpreter = new Interpreter(graph, weights);
    }
    Map<String, Value> inputs = new HashMap<>();
    for (Tensor input : graph.inputs()) {
      long[] shape = Objects.requireNonNull(shapes.get(input.name()), input.name());
      inputs.put(input.name(), read(device, address(addresses, input.name()), input, shape));
    }
    Map<String, Value> outputs = interpreter.run(inputs);
    outputs.forEach((name, value) -> write(device, address(addresses, name), value));
  }

  private static long address(Map<String, Long> addresses, String name) {
    return Objects.requireNonNull(addresses.get(name), name);
  }

  private static Value read(FakeDevice device, long address, Tensor tensor, long[] shape) {
    int[] dims = Arrays.stream(shape).mapToInt(Math::toIntExact).toArray();
    int count = Arrays.stream(dims).reduce(1, Math::multiplyExact);
    MemorySegment bytes = device.bytes(address, (long) count * tensor.type().bytes());
    switch (tensor.type()) {
      case INT32 -> {
        return Value.of(ElementType.INT32, bytes.toArray(JAVA_INT), dims);
      }
      case INT64 -> {
        int[] values = Arrays.stream(bytes.toArray(JAVA_LONG)).mapToInt(Math::toIntExact).toArray();
        return Value.of(ElementType.INT64, values, dims);
      }
      case F32 -> {
        Value value = Value.of(ElementType.F32, 0, dims);
        MemorySegment.copy(bytes, JAVA_FLOAT, 0, value.floats(), 0, count);
        return value;
      }
      case BF16 -> {
        Value value = Value.of(ElementType.BF16, 0, dims);
        for (int i = 0; i < count; i++) {
          value.floats()[i] = Float.intBitsToFloat(bytes.getAtIndex(JAVA_SHORT, i) << 16);
        }
        return value;
      }
      case F16, FP8_E4M3 -> throw new AssertionError(tensor);
    }
    throw new AssertionError(tensor);
  }

  private static void write(FakeDevice device, long address, Value value) {
    int size = value.type().bytes();
    int count = Math.max(value.floats().length, value.integers().length);
    MemorySegment bytes = device.bytes(address, (long) count * size);
    for (int i = 0; i < count; i++) {
      switch (value.type()) {
        case F32 -> bytes.setAtIndex(JAVA_FLOAT, i, value.floats()[i]);
        case BF16 ->
            bytes.setAtIndex(
                JAVA_SHORT, i, (short) (Float.floatToRawIntBits(value.floats()[i]) >>> 16));
        case INT32 -> bytes.setAtIndex(JAVA_INT, i, value.integers()[i]);
        case F16, FP8_E4M3, INT64 -> throw new AssertionError(value.type());
      }
    }
  }
}
