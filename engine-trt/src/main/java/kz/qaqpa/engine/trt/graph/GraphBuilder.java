package kz.qaqpa.engine.trt.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Puts a {@link Graph} together: infers the formats and sizes of results and refuses operands that
 * do not fit. Every method that takes a name gives it to the result. Confined to one thread.
 */
final class GraphBuilder {
  private final List<Tensor> inputs = new ArrayList<>();
  private final List<Weight> weights = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();
  private final List<Tensor> outputs = new ArrayList<>();

  Graph build() {
    return new Graph(inputs, weights, nodes, outputs);
  }

  Tensor input(String name, ElementType type, Dim... dims) {
    Tensor tensor = new Tensor(name, type, List.of(dims));
    inputs.add(tensor);
    return tensor;
  }

  Tensor weight(String name, WeightSource source, ElementType type, long... sizes) {
    Tensor tensor = Tensor.of(name, type, sizes);
    weights.add(new Weight(tensor, source));
    return tensor;
  }

  void output(Tensor tensor) {
    outputs.add(tensor);
  }

  Tensor scalar(String name, double value, int rank) {
    long[] sizes = IntStream.range(0, rank).mapToLong(i -> 1).toArray();
    return add(new Node.Scalar((float) value, Tensor.of(name, ElementType.F32, sizes)));
  }

  Tensor gather(String name, Tensor table, Tensor indices) {
    require(table.rank() == 2, name, table, "a matrix");
    require(indices.rank() == 1 && indices.type() == ElementType.INT32, name, indices, "INT32 [N]");
    List<Dim> dims = List.of(indices.dims().getFirst(), table.dims().getLast());
    return add(new Node.Gather(table, indices, new Tensor(name, table.type(), dims)));
  }

  Tensor gatherElements(String name, Tensor data, Tensor indices) {
    require(
        indices.rank() == 2 && indices.type() == ElementType.INT32, name, indices, "INT32 [N,K]");
    require(
        data.rank() == 2 && data.dims().getFirst().equals(indices.dims().getFirst()),
        name,
        data,
        "as many rows as " + indices);
    Tensor output = new Tensor(name, data.type(), indices.dims());
    return add(new Node.GatherElements(data, indices, output));
  }

  Tensor matMul(String name, Tensor x, Tensor matrix) {
    require(
        x.rank() == 2
            && matrix.rank() == 2
            && x.type() == matrix.type()
            && x.dims().getLast().equals(matrix.dims().getLast()),
        name,
        matrix,
        "[M,K] for " + x);
    List<Dim> dims = List.of(x.dims().getFirst(), matrix.dims().getFirst());
    return add(new Node.MatMul(x, matrix, new Tensor(name, x.type(), dims)));
  }

  Tensor dequantize(String name, Tensor codes, Tensor scale, ElementType type) {
    require(codes.type() == ElementType.FP8_E4M3, name, codes, "FP8_E4M3");
    require(scale.type() == ElementType.F32 && scale.rank() == 0, name, scale, "F32 []");
    return add(new Node.Dequantize(codes, scale, new Tensor(name, type, codes.dims())));
  }

  /** Itself where the format is this already. */
  Tensor cast(String name, Tensor x, ElementType type) {
    return x.type() == type ? x : add(new Node.Cast(x, new Tensor(name, type, x.dims())));
  }

  Tensor unary(String name, Node.UnaryOp op, Tensor x) {
    return add(new Node.Unary(op, x, new Tensor(name, x.type(), x.dims())));
  }

  Tensor binary(String name, Node.BinaryOp op, Tensor a, Tensor b) {
    require(a.type() == b.type() && a.rank() == b.rank(), name, b, "type and rank of " + a);
    List<Dim> dims = new ArrayList<>();
    for (int axis = 0; axis < a.rank(); axis++) {
      Dim first = a.dims().get(axis);
      Dim second = b.dims().get(axis);
      boolean repeated = first.equals(Dim.of(1));
      require(
          repeated || first.equals(second) || second.equals(Dim.of(1)), name, b, "sizes of " + a);
      dims.add(repeated ? second : first);
    }
    return add(new Node.Binary(op, a, b, new Tensor(name, a.type(), dims)));
  }

  Tensor reduce(String name, Node.ReduceOp op, Tensor x) {
    List<Dim> dims = new ArrayList<>(x.dims());
    dims.set(x.rank() - 1, Dim.of(1));
    return add(new Node.Reduce(op, x, new Tensor(name, x.type(), dims)));
  }

  Tensor reshape(String name, Tensor x, Dim... dims) {
    Tensor output = new Tensor(name, x.type(), List.of(dims));
    require(symbols(x).equals(symbols(output)), name, x, "the step's sizes of " + output);
    require(fixed(x) == fixed(output), name, x, "as many elements as " + output);
    return add(new Node.Reshape(x, output));
  }

  Tensor slice(String name, Tensor x, int axis, long start, long size) {
    require(start >= 0 && start + size <= x.size(axis), name, x, (start + size) + " or more");
    List<Dim> dims = new ArrayList<>(x.dims());
    dims.set(axis, Dim.of(size));
    return add(new Node.Slice(x, axis, start, new Tensor(name, x.type(), dims)));
  }

  Tensor rotary(String name, Tensor x, Tensor cosines, Tensor sines, Tensor positions) {
    require(x.rank() == 4 && x.dims().get(2).equals(Dim.of(1)), name, x, "[N,heads,1,D]");
    require(
        cosines.type() == x.type() && cosines.size(1) * 2 == x.size(3),
        name,
        cosines,
        "D/2 of " + x);
    require(sines.type() == x.type() && sines.dims().equals(cosines.dims()), name, sines, "as cos");
    require(
        positions.dims().equals(List.of(x.dims().getFirst(), Dim.of(1))),
        name,
        positions,
        "[N,1] for " + x);
    Tensor output = new Tensor(name, x.type(), x.dims());
    return add(new Node.Rotary(x, cosines, sines, positions, output));
  }

  Tensor cacheUpdate(
      String name, Tensor cache, Tensor update, Tensor write, @Nullable Tensor lengths) {
    requireCache(name, cache);
    require(inputs.contains(cache), name, cache, "an input of the graph");
    requireRows(name, update, cache, lengths);
    require(update.size(1) == cache.size(1), name, update, "the heads of " + cache);
    requireLengths(name, write, cache.dims().getFirst());
    Tensor output = new Tensor(name, cache.type(), cache.dims());
    return add(new Node.CacheUpdate(cache, update, write, lengths, output));
  }

  Tensor attention(
      String name,
      Tensor queries,
      Tensor keys,
      Tensor values,
      @Nullable Tensor queryLengths,
      Tensor kvLengths) {
    requireCache(name, keys);
    require(
        values.type() == keys.type() && values.dims().equals(keys.dims()), name, values, "as keys");
    requireRows(name, queries, keys, queryLengths);
    require(queries.size(1) % keys.size(1) == 0, name, queries, "a multiple of heads of " + keys);
    requireLengths(name, kvLengths, keys.dims().getFirst());
    Tensor output = new Tensor(name, queries.type(), queries.dims());
    return add(new Node.Attention(queries, keys, values, queryLengths, kvLengths, output));
  }

  /** The values and, named {@code indices}, the indices. */
  Node.TopK topK(String values, String indices, Tensor x, int k) {
    require(x.rank() == 2 && k >= 1 && k <= x.size(1), values, x, "[N,C] of " + k + " or more");
    List<Dim> dims = List.of(x.dims().getFirst(), Dim.of(k));
    Node.TopK node =
        new Node.TopK(
            x, k, new Tensor(values, x.type(), dims), new Tensor(indices, ElementType.INT32, dims));
    nodes.add(node);
    return node;
  }

  private Tensor add(Node.Single node) {
    nodes.add(node);
    return node.output();
  }

  private static void requireCache(String name, Tensor cache) {
    require(
        cache.rank() == 4 && cache.dims().getFirst() == Dim.Symbol.ROWS,
        name,
        cache,
        "[B,heads,capacity,D]");
  }

  /** New entries or queries: packed with lengths, one for each row without. */
  private static void requireRows(
      String name, Tensor rows, Tensor cache, @Nullable Tensor lengths) {
    boolean fits =
        rows.type() == cache.type()
            && Objects.equals(rows.dims().getLast(), cache.dims().getLast());
    if (lengths == null) {
      List<Dim> front = List.of(Dim.Symbol.ROWS, rows.dims().get(1), Dim.of(1));
      require(
          fits && rows.rank() == 4 && rows.dims().subList(0, 3).equals(front),
          name,
          rows,
          "[B,heads,1,D] for " + cache);
    } else {
      require(fits && rows.rank() == 3, name, rows, "[T,heads,D] for " + cache);
      requireLengths(name, lengths, Dim.Symbol.ROW_BOUNDS);
    }
  }

  private static void requireLengths(String name, Tensor lengths, Dim count) {
    require(
        lengths.type() == ElementType.INT32 && lengths.dims().equals(List.of(count)),
        name,
        lengths,
        "INT32 [" + count + "]");
  }

  private static List<Dim> symbols(Tensor tensor) {
    return tensor.dims().stream().filter(Dim.Symbol.class::isInstance).toList();
  }

  private static long fixed(Tensor tensor) {
    long product = 1;
    for (Dim dim : tensor.dims()) {
      product *= dim instanceof Dim.Fixed(long size) ? size : 1;
    }
    return product;
  }

  private static void require(boolean fits, String node, Tensor operand, String expected) {
    if (!fits) {
      throw new IllegalArgumentException(node + ": " + operand + " (expected: " + expected + ")");
    }
  }
}
