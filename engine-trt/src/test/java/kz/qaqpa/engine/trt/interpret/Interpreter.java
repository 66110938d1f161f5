package kz.qaqpa.engine.trt.interpret;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kz.qaqpa.engine.trt.graph.Dim;
import kz.qaqpa.engine.trt.graph.Graph;
import kz.qaqpa.engine.trt.graph.Node;
import kz.qaqpa.engine.trt.graph.Tensor;

/**
 * Runs a graph. Every result is rounded to its format once; sums are kept in double, so that what
 * differs from the reference are the graph's formats and not an order of summation.
 *
 * <p>What TensorRT leaves open is answered in the least welcome way: of equal elements the top-k
 * takes those with the highest index, and results for tokens that belong to no row are NaN.
 */
public final class Interpreter {
  private final Graph graph;
  private final Map<String, Value> weights;

  /**
   * @param weights the elements of the graph's weights, by name
   */
  public Interpreter(Graph graph, Map<String, Value> weights) {
    this.graph = graph;
    this.weights = weights;
  }

  /**
   * Computes the outputs. Caches among the inputs are updated in place and are outputs as well.
   *
   * @param inputs by name; sizes that a step decides are taken from them
   */
  public Map<String, Value> run(Map<String, Value> inputs) {
    Map<String, Value> values = new HashMap<>(weights);
    Map<Dim.Symbol, Integer> sizes = new HashMap<>();
    for (Tensor input : graph.inputs()) {
      Value value = inputs.get(input.name());
      if (value == null) {
        throw new IllegalArgumentException(input + " (expected: a value for it)");
      }
      bind(input, value, sizes);
      values.put(input.name(), value);
    }
    for (Node node : graph.nodes()) {
      List<Value> operands = node.inputs().stream().map(t -> get(values, t)).toList();
      List<Value> results = new ArrayList<>();
      for (Tensor output : node.outputs()) {
        results.add(Value.of(output.type(), 0, dims(output, sizes)));
      }
      if (node instanceof Node.CacheUpdate) {
        results.set(0, operands.getFirst()); // The same memory.
      }
      compute(node, operands, results);
      for (int i = 0; i < results.size(); i++) {
        values.put(node.outputs().get(i).name(), results.get(i));
      }
    }
    Map<String, Value> outputs = new HashMap<>();
    graph.outputs().forEach(output -> outputs.put(output.name(), get(values, output)));
    return outputs;
  }

  private static Value get(Map<String, Value> values, Tensor tensor) {
    Value value = values.get(tensor.name());
    if (value == null || value.type() != tensor.type()) {
      throw new IllegalArgumentException(tensor + " (expected: a value of this format)");
    }
    return value;
  }

  private static void bind(Tensor input, Value value, Map<Dim.Symbol, Integer> sizes) {
    for (int axis = 0; axis < input.rank(); axis++) {
      int size = value.dim(axis);
      int expected =
          switch (input.dims().get(axis)) {
            case Dim.Fixed(long fixed) -> Math.toIntExact(fixed);
            case Dim.Symbol symbol -> {
              Integer bound = sizes.putIfAbsent(symbol, size);
              yield bound == null ? size : bound;
            }
          };
      if (size != expected) {
        throw new IllegalArgumentException(
            input + ": axis " + axis + ": " + size + " (expected: " + expected + ")");
      }
    }
  }

  private static int[] dims(Tensor tensor, Map<Dim.Symbol, Integer> sizes) {
    return tensor.dims().stream()
        .mapToInt(dim ->
            switch (dim) {
              case Dim.Fixed(long size) -> Math.toIntExact(size);
              case Dim.Symbol symbol -> sizes.getOrDefault(symbol, 0);
            })
        .toArray();
  }

  private static void compute(Node node, List<Value> in, List<Value> out) {
    Value x = in.isEmpty() ? out.getFirst() : in.getFirst();
    Value result = out.getFirst();
    switch (node) {
      case Node.Scalar n -> result.floats()[0] = n.value();
      case Node.Gather _ -> Elements.gather(x, in.get(1), result);
      case Node.GatherElements _ -> Elements.gatherElements(x, in.get(1), result);
      case Node.MatMul _ -> Elements.matMul(x, in.get(1), result);
      case Node.Dequantize _ -> Elements.dequantize(x, in.get(1), result);
      case Node.Cast _ -> Elements.cast(x, result);
      case Node.Unary n -> Elements.unary(n.op(), x, result);
      case Node.Binary n -> Elements.binary(n.op(), x, in.get(1), result);
      case Node.Reduce n -> Elements.reduce(n.op(), x, result);
      case Node.Reshape _ -> System.arraycopy(x.floats(), 0, result.floats(), 0, x.count());
      case Node.Slice n -> Elements.slice(x, n.axis(), Math.toIntExact(n.start()), result);
      case Node.Rotary _ -> Attentions.rotary(x, in.get(1), in.get(2), in.get(3), result);
      case Node.CacheUpdate n ->
          Attentions.update(x, in.get(1), in.get(2), n.lengths() == null ? null : in.get(3));
      case Node.Attention n -> {
        Value lengths = n.queryLengths() == null ? null : in.get(4);
        Attentions.attend(x, in.get(1), in.get(2), lengths, in.get(3), result);
      }
      case Node.TopK n -> Elements.topK(x, n.k(), result, out.get(1));
    }
  }
}
