package kz.qaqpa.engine.trt.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What fits and what does not, with the operand named that does not. */
class GraphBuilderTest {
  private static final Dim.Symbol T = Dim.Symbol.TOKENS;
  private static final Dim.Symbol B = Dim.Symbol.ROWS;

  private final GraphBuilder graph = new GraphBuilder();
  private int names;

  @Test
  void products() {
    Tensor x = input(ElementType.BF16, T, Dim.of(8));
    Tensor matrix = input(ElementType.BF16, Dim.of(16), Dim.of(8));
    assertThat(graph.matMul("y", x, matrix)).hasToString("y BF16[T,16]");
    refused(
        () -> graph.matMul("z", x, input(ElementType.F32, Dim.of(16), Dim.of(8))),
        "z: n2 F32[16,8] (expected: [M,K] for n0 BF16[T,8])");
    refused(() -> graph.matMul("z", x, input(ElementType.BF16, Dim.of(16), Dim.of(9))), "z: n3");
  }

  @Test
  void sums() {
    Tensor x = input(ElementType.F32, T, Dim.of(8));
    Tensor row = input(ElementType.F32, Dim.of(1), Dim.of(8));
    Tensor column = input(ElementType.F32, T, Dim.of(1));
    assertThat(graph.binary("y", Node.BinaryOp.ADD, x, row)).hasToString("y F32[T,8]");
    assertThat(graph.binary("z", Node.BinaryOp.ADD, column, row)).hasToString("z F32[T,8]");
    for (Tensor wrong :
        List.of(
            input(ElementType.BF16, T, Dim.of(8)),
            input(ElementType.F32, B, Dim.of(8)),
            input(ElementType.F32, T, Dim.of(7)),
            input(ElementType.F32, Dim.of(8)))) {
      refused(() -> graph.binary("w", Node.BinaryOp.ADD, x, wrong), "w: " + wrong);
    }
  }

  @Test
  void shapes() {
    Tensor x = input(ElementType.F32, T, Dim.of(24));
    Tensor heads = graph.reshape("heads", x, T, Dim.of(3), Dim.of(8));
    assertThat(heads).hasToString("heads F32[T,3,8]");
    assertThat(graph.slice("part", heads, 1, 1, 2)).hasToString("part F32[T,2,8]");
    assertThat(graph.cast("same", x, ElementType.F32)).isSameAs(x);
    refused(() -> graph.reshape("y", x, T, Dim.of(23)), "y: n0 F32[T,24] (expected: as many");
    refused(() -> graph.reshape("y", x, B, Dim.of(24)), "y: n0 F32[T,24] (expected: the step's");
    refused(() -> graph.slice("y", heads, 1, 2, 2), "y: heads F32[T,3,8] (expected: 4 or more");
  }

  @Test
  void attention() {
    Tensor q = input(ElementType.BF16, T, Dim.of(8), Dim.of(64));
    Tensor k = cache(ElementType.BF16, 2, 64);
    Tensor bounds = input(ElementType.INT32, Dim.Symbol.ROW_BOUNDS);
    Tensor lengths = input(ElementType.INT32, B);
    assertThat(graph.attention("y", q, k, k, bounds, lengths)).hasToString("y BF16[T,8,64]");
    Tensor longLengths = input(ElementType.INT64, B);
    Tensor sevenHeads = input(ElementType.BF16, T, Dim.of(7), Dim.of(64));
    Tensor smallHeads = input(ElementType.BF16, T, Dim.of(8), Dim.of(32));
    Tensor otherFormat = cache(ElementType.F32, 2, 64);
    refused(() -> graph.attention("z", q, k, k, bounds, longLengths), "z: " + longLengths);
    refused(() -> graph.attention("z", q, k, k, lengths, lengths), "z: " + lengths);
    refused(() -> graph.attention("z", q, k, k, null, lengths), "z: " + q);
    refused(() -> graph.attention("z", sevenHeads, k, k, bounds, lengths), "z: " + sevenHeads);
    refused(() -> graph.attention("z", smallHeads, k, k, bounds, lengths), "z: " + smallHeads);
    refused(() -> graph.attention("z", q, k, otherFormat, bounds, lengths), "z: " + otherFormat);
  }

  @Test
  void cacheUpdates() {
    Tensor cache = cache(ElementType.BF16, 2, 64);
    Tensor update = input(ElementType.BF16, T, Dim.of(2), Dim.of(64));
    Tensor bounds = input(ElementType.INT32, Dim.Symbol.ROW_BOUNDS);
    Tensor write = input(ElementType.INT32, B);
    Tensor updated = graph.cacheUpdate("y", cache, update, write, bounds);
    assertThat(updated).hasToString("y BF16[B,2,16,64]");
    Tensor heads = input(ElementType.BF16, T, Dim.of(4), Dim.of(64));
    refused(() -> graph.cacheUpdate("z", cache, heads, write, bounds), "z: " + heads);
    // In place works on the step's own memory only.
    refused(() -> graph.cacheUpdate("z", updated, update, write, bounds), "z: " + updated);
  }

  @Test
  void choices() {
    Tensor table = input(ElementType.BF16, Dim.of(100), Dim.of(8));
    Tensor ids = input(ElementType.INT32, T);
    assertThat(graph.gather("y", table, ids)).hasToString("y BF16[T,8]");
    Tensor floats = input(ElementType.F32, T);
    refused(() -> graph.gather("z", table, floats), "z: " + floats);
    Tensor logits = input(ElementType.F32, B, Dim.of(100));
    Node.TopK top = graph.topK("v", "i", logits, 64);
    assertThat(top.outputs()).hasToString("[v F32[B,64], i INT32[B,64]]");
    assertThat(graph.gatherElements("g", logits, top.indices())).hasToString("g F32[B,64]");
    refused(() -> graph.topK("z", "j", logits, 101), "z: " + logits);
  }

  @Test
  void namesAreUniqueAndDefinedBeforeUse() {
    Tensor x = input(ElementType.F32, T);
    graph.unary("y", Node.UnaryOp.EXP, x);
    graph.unary("y", Node.UnaryOp.LOG, x);
    refused(graph::build, "y: y F32[T] (expected: a name that is not used yet)");
    Tensor stranger = Tensor.of("s", ElementType.F32, 3);
    Node node = new Node.Unary(Node.UnaryOp.EXP, stranger, Tensor.of("t", ElementType.F32, 3));
    refused(
        () -> new Graph(List.of(), List.of(), List.of(node), List.of()),
        "t: s F32[3] (expected: a tensor that is there before)");
  }

  private Tensor input(ElementType type, Dim... dims) {
    return graph.input("n" + names++, type, dims);
  }

  private Tensor cache(ElementType type, long heads, long d) {
    return input(type, B, Dim.of(heads), Dim.of(16), Dim.of(d));
  }

  private static void refused(ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }
}
