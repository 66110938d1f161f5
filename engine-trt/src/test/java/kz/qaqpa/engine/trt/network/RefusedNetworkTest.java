package kz.qaqpa.engine.trt.network;

import static kz.qaqpa.engine.trt.graph.ElementType.BF16;
import static kz.qaqpa.engine.trt.graph.ElementType.F32;
import static kz.qaqpa.engine.trt.graph.ElementType.FP8_E4M3;
import static kz.qaqpa.engine.trt.graph.ElementType.INT32;
import static kz.qaqpa.engine.trt.graph.ElementType.INT64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.trt.graph.Dim;
import kz.qaqpa.engine.trt.graph.ElementType;
import kz.qaqpa.engine.trt.graph.Graph;
import kz.qaqpa.engine.trt.graph.Node;
import kz.qaqpa.engine.trt.graph.Tensor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Networks that are wrong on purpose: TensorRT says no, and the error says where. */
@Tag("tensorrt")
class RefusedNetworkTest {
  private static final Tensor Q_LENS = tensor("q_lens", INT32, Dim.Symbol.ROW_BOUNDS);
  private static final Tensor KV_LENS = tensor("kv_lens", INT32, Dim.Symbol.ROWS);
  private static final Tensor WRITE = tensor("write", INT32, Dim.Symbol.ROWS);

  private CpuOnlyBuilder builder;

  @BeforeEach
  void open() {
    builder = new CpuOnlyBuilder();
  }

  @AfterEach
  void close() {
    builder.close();
  }

  static Stream<Arguments> layers() {
    return Stream.of(attentions(), updates(), products(), choices()).flatMap(layers -> layers);
  }

  private static Stream<Arguments> attentions() {
    Tensor q = packed("q", BF16, 8, 64);
    Tensor k = cache("k", BF16, 2, 64);
    Tensor longBounds = tensor("q_lens", INT64, Dim.Symbol.ROW_BOUNDS);
    Tensor longLengths = tensor("kv_lens", INT64, Dim.Symbol.ROWS);
    Tensor floatLengths = tensor("kv_lens", F32, Dim.Symbol.ROWS);
    Tensor padded = tensor("q", BF16, Dim.Symbol.ROWS, Dim.of(8), Dim.of(1), Dim.of(64));
    Tensor fourRows = Tensor.of("k", BF16, 4, 2, 16, 64);
    Tensor fourBounds = Tensor.of("q_lens", INT32, 4);
    Tensor fourLengths = Tensor.of("kv_lens", INT32, 4);
    return Stream.of(
        refused(
            "heads that do not divide",
            attention(packed("q", BF16, 7, 64), k),
            "query number of heads must be divisible by key/value number of heads"),
        refused(
            "head sizes that differ",
            attention(packed("q", BF16, 8, 32), k),
            "must have the same head dimension"),
        refused(
            "FP8 attention",
            attention(packed("q", FP8_E4M3, 8, 64), cache("k", FP8_E4M3, 2, 64)),
            "must have type Float, Half, or BFloat16"),
        refused("bounds of 64 bits", attention(q, k, longBounds, KV_LENS), "must be of type INT32"),
        refused(
            "lengths of 64 bits", attention(q, k, Q_LENS, longLengths), "must be of type INT32"),
        refused(
            "lengths that are floats",
            attention(q, k, Q_LENS, floatLengths),
            "must be of type INT32"),
        refused(
            "rows that differ",
            attention(q, fourRows, fourBounds, fourLengths),
            "implies batch size 3 but KV tensor has batch size 4"),
        refused(
            "packed queries without bounds",
            attention(q, k, null, KV_LENS),
            "must be 4D for padded (BHND) form"),
        refused(
            "padded queries with bounds",
            attention(padded, k),
            "must be 3D for packed (NHD) form"));
  }

  private static Stream<Arguments> updates() {
    return Stream.of(
        refused(
            "new keys of another format",
            update(cache("k", BF16, 2, 64), packed("u", F32, 2, 64)),
            "must have identical types"),
        refused(
            "an FP8 cache",
            update(cache("k", FP8_E4M3, 2, 64), packed("u", FP8_E4M3, 2, 64)),
            "must have type Float, Half, or BFloat16"),
        refused(
            "a cache of three axes",
            update(Tensor.of("k", BF16, 4, 16, 64), packed("u", BF16, 2, 64)),
            "cacheDims.nbDims == 4"));
  }

  private static Stream<Arguments> products() {
    Tensor a = Tensor.of("a", BF16, 4, 8);
    Tensor y = Tensor.of("y", BF16, 4, 16);
    Tensor heads = Tensor.of("a", F32, 5, 8, 1, 64);
    Tensor packedHeads = Tensor.of("a", F32, 5, 8, 64);
    return Stream.of(
        refused(
            "a product of two formats",
            new Node.MatMul(a, Tensor.of("b", F32, 16, 8), y),
            "must have same input types"),
        refused(
            "a product of two lengths",
            new Node.MatMul(a, Tensor.of("b", BF16, 16, 9), y),
            "last dimension of input0 = 8 and last dimension of input1 = 9"),
        refused(
            "a sum of two formats",
            new Node.Binary(Node.BinaryOp.ADD, y, Tensor.of("b", F32, 4, 16), named(y, "sum")),
            "must have same input types"),
        refused("a rotation by BF16 tables", rotary(heads, BF16), "must have identical types"),
        refused("a rotation of packed heads", rotary(packedHeads, F32), "inputDims.nbDims == 4"),
        refused(
            "codes that are integers",
            new Node.Dequantize(Tensor.of("a", INT32, 4, 16), Tensor.of("s", F32), y),
            "must have type FP8, FP4, Int4, or Int8"),
        refused(
            "a reshape that loses elements",
            new Node.Reshape(a, Tensor.of("y", BF16, 31)),
            "reshape changes volume"));
  }

  private static Stream<Arguments> choices() {
    return Stream.of(
        refused(
            "too many candidates",
            new Node.TopK(
                Tensor.of("a", F32, 4, 9000),
                4000,
                Tensor.of("y", F32, 4, 4000),
                Tensor.of("i", INT32, 4, 4000)),
            "Invalid TopK K: 4000"),
        refused(
            "rows chosen by floats",
            new Node.Gather(
                Tensor.of("a", BF16, 4, 8), Tensor.of("i", F32, 3), Tensor.of("y", BF16, 3, 8)),
            "must have type Int64 or Int32"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layers")
  void namesTheLayer(Node node, String words) {
    assertThatThrownBy(() -> builder.write(alone(node)))
        .isInstanceOf(EngineFault.Fatal.class)
        .hasMessageStartingWith(node.name() + ": TensorRT refuses ")
        .hasMessageContaining(words);
  }

  /** What TensorRT sees only when it looks at a network as a whole. */
  @Test
  void caches() {
    Tensor cache = cache("k", BF16, 2, 64);
    Tensor fitting = packed("u", BF16, 2, 64);
    Node otherHeads = update(cache, packed("u", BF16, 4, 64));
    Node otherSize = update(cache, packed("u", BF16, 2, 32));
    assertThat(judged(alone(update(cache, fitting)))).isEmpty();
    assertThat(judged(alone(otherHeads))).contains("y: ", "must have the same number of heads");
    assertThat(judged(alone(otherSize))).contains("y: ", "must have the same head size");

    Node update = update(cache, fitting);
    Node.Cast use = new Node.Cast(update.outputs().getFirst(), retyped(cache, "z", F32));
    Graph hidden = graph(update.inputs(), List.of(use.output()), update, use);
    assertThat(judged(hidden)).contains("y: The output tensor must be a network output");

    Tensor input = named(cache, "input");
    Node.Binary twice = new Node.Binary(Node.BinaryOp.ADD, input, input, named(cache, "twice"));
    Node computed = update(twice.output(), fitting);
    Graph derived =
        graph(List.of(input, fitting, WRITE, Q_LENS), computed.outputs(), twice, computed);
    assertThat(judged(derived)).contains("y: The cache tensor must be a network input");
  }

  @Test
  void sizesWithoutAProfile() {
    Tensor x = tensor("x", BF16, Dim.Symbol.TOKENS);
    try (TensorRtNetwork network = builder.write(alone(new Node.Cast(x, retyped(x, "y", F32))))) {
      assertThat(builder.judge(network)).contains("no optimization profile has been defined");
      assertThat(builder.judge(network, ShapeProfile.decode(1, 2))).isEmpty();
    }
  }

  /** The graph's own idea of a result against TensorRT's. */
  @Test
  void resultsThatTheGraphGotWrong() {
    Tensor x = Tensor.of("x", BF16, 4, 8);
    Node node = new Node.MatMul(x, Tensor.of("m", BF16, 16, 8), Tensor.of("y", BF16, 4, 17));
    assertThatThrownBy(() -> builder.write(alone(node)))
        .isInstanceOf(EngineFault.Fatal.class)
        .hasMessage("y: TensorRT infers kBF16[4,16] (expected: y BF16[4,17])");
  }

  private String judged(Graph graph) {
    try (TensorRtNetwork network = builder.write(graph)) {
      return builder.judge(network, ShapeProfile.mixed(8, 16, 4));
    }
  }

  private static Graph graph(List<Tensor> inputs, List<Tensor> outputs, Node... nodes) {
    return new Graph(inputs, List.of(), List.of(nodes), outputs);
  }

  private static Tensor retyped(Tensor tensor, String name, ElementType type) {
    return new Tensor(name, type, tensor.dims());
  }

  private static Tensor named(Tensor tensor, String name) {
    return new Tensor(name, tensor.type(), tensor.dims());
  }

  private static Node rotary(Tensor x, ElementType tables) {
    return new Node.Rotary(
        x,
        Tensor.of("c", tables, 9, 32),
        Tensor.of("s", tables, 9, 32),
        Tensor.of("p", INT64, 5, 1),
        named(x, "y"));
  }

  private static Arguments refused(String what, Node node, String words) {
    return arguments(Named.of(what, node), words);
  }

  private static Graph alone(Node node) {
    Set<Tensor> inputs = new LinkedHashSet<>(node.inputs());
    return new Graph(List.copyOf(inputs), List.of(), List.of(node), node.outputs());
  }

  private static Node attention(Tensor q, Tensor k) {
    return attention(q, k, Q_LENS, KV_LENS);
  }

  private static Node attention(
      Tensor q, Tensor k, @Nullable Tensor queryLengths, Tensor kvLengths) {
    Tensor v = new Tensor("v", k.type(), k.dims());
    return new Node.Attention(
        q, k, v, queryLengths, kvLengths, new Tensor("y", q.type(), q.dims()));
  }

  private static Node update(Tensor cache, Tensor update) {
    return new Node.CacheUpdate(
        cache, update, WRITE, Q_LENS, new Tensor("y", cache.type(), cache.dims()));
  }

  private static Tensor packed(String name, ElementType type, long heads, long d) {
    return tensor(name, type, Dim.Symbol.TOKENS, Dim.of(heads), Dim.of(d));
  }

  private static Tensor cache(String name, ElementType type, long heads, long d) {
    return tensor(name, type, Dim.Symbol.ROWS, Dim.of(heads), Dim.of(16), Dim.of(d));
  }

  private static Tensor tensor(String name, ElementType type, Dim... dims) {
    return new Tensor(name, type, List.of(dims));
  }
}
