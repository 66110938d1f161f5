package kz.qaqpa.engine.trt.graph;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A network: nodes in an order in which each can be computed.
 *
 * @param inputs what a step brings, the KV caches among them
 * @param weights what stays the same in every step
 * @param nodes the operations
 * @param outputs what a step gives back, the updated caches among them
 */
public record Graph(
    List<Tensor> inputs, List<Weight> weights, List<Node> nodes, List<Tensor> outputs) {

  /**
   * Copies the lists, and checks that names are unique and that nothing is used before it is there.
   *
   * @throws IllegalArgumentException naming the node and the tensor
   */
  public Graph {
    inputs = List.copyOf(inputs);
    weights = List.copyOf(weights);
    nodes = List.copyOf(nodes);
    outputs = List.copyOf(outputs);
    Names names = new Names();
    inputs.forEach(tensor -> names.define("inputs", tensor));
    weights.forEach(weight -> names.define("weights", weight.tensor()));
    for (Node node : nodes) {
      node.inputs().forEach(tensor -> names.use(node.name(), tensor));
      node.outputs().forEach(tensor -> names.define(node.name(), tensor));
    }
    outputs.forEach(tensor -> names.use("outputs", tensor));
  }

  /** The caches that are updated in place. */
  public List<Node.CacheUpdate> cacheUpdates() {
    return nodes.stream()
        .filter(Node.CacheUpdate.class::isInstance)
        .map(Node.CacheUpdate.class::cast)
        .toList();
  }

  /** The input of this name. */
  public Tensor input(String name) {
    return named(inputs, name);
  }

  /** The output of this name. */
  public Tensor output(String name) {
    return named(outputs, name);
  }

  private static Tensor named(List<Tensor> tensors, String name) {
    return tensors.stream()
        .filter(tensor -> tensor.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "tensor: " + name + " (expected: one of the graph's inputs or outputs)"));
  }

  private static final class Names {
    private final Set<Tensor> tensors = new HashSet<>();
    private final Set<String> names = new HashSet<>();

    void define(String where, Tensor tensor) {
      if (!names.add(tensor.name())) {
        throw new IllegalArgumentException(
            where + ": " + tensor + " (expected: a name that is not used yet)");
      }
      tensors.add(tensor);
    }

    void use(String where, Tensor tensor) {
      if (!tensors.contains(tensor)) {
        throw new IllegalArgumentException(
            where + ": " + tensor + " (expected: a tensor that is there before)");
      }
    }
  }
}
