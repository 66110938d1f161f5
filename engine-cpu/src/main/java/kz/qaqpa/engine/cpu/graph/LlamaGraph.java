package kz.qaqpa.engine.cpu.graph;

import static kz.qaqpa.engine.cpu.onnx.OnnxGraph.CONTRIB;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import kz.qaqpa.engine.cpu.onnx.Attribute;
import kz.qaqpa.engine.cpu.onnx.ElementType;
import kz.qaqpa.engine.cpu.onnx.OnnxGraph;
import kz.qaqpa.engine.cpu.onnx.WeightFile;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.engine.model.LlamaConfig;

/**
 * Writes the forward pass of a Llama checkpoint, or some of its layers, as an ONNX graph.
 *
 * <pre>
 * in   ids [B,S] i64, last [R] i64 (rows of [B*S] whose logits are wanted), cos, sin [P,headDim/2]
 *      seqlens_k [B] i32 (tokens of the slot after this run, minus one), total [1] i32
 *      past_k.l, past_v.l [B,kvHeads,M,headDim]
 * out  logits [R,V], logprobs [R,V] (log-softmax of them), present_k.l, present_v.l as past_*
 * </pre>
 *
 * <p>A graph of some of the layers has the inputs and outputs that its nodes touch. It hands the
 * residual sum and its norm over to the next, {@code [B,S,hidden]} each, as outputs and inputs of
 * the same names.
 *
 * <p>With the same memory bound to {@code past_*} and {@code present_*}, {@code
 * GroupQueryAttention} appends to the KV cache in place. Rotary pairs are {@code (i, i +
 * headDim/2)}, as Hugging Face stores them.
 *
 * <p>Products are {@code FusedMatMul} with the matrix as the checkpoint has it, [out,in], or {@code
 * MatMulNBits} at accuracy level 4, which quantises activations to unsigned bytes row by row.
 * Signed times signed bytes has no fast kernel on x86 and does not occur.
 */
final class LlamaGraph {
  /** Part of the cache key: raised with every change of what this class writes. */
  static final int VERSION = 3;

  /** Ends the name of a residual sum, which begins as that of its norm. */
  private static final String SUM = ".sum";

  private final LlamaConfig config;
  private final Precision precision;
  private final LayerRange range;
  private final OnnxGraph graph = new OnnxGraph("qaqpa-llama");
  private final WeightWriter weights;

  private LlamaGraph(
      Checkpoint checkpoint, Precision precision, LayerRange range, WeightFile file) {
    this.config = checkpoint.config();
    this.precision = precision;
    this.range = range;
    this.weights = new WeightWriter(graph, checkpoint, precision, file);
  }

  /**
   * Writes {@code model} and, beside it, {@code weights}; neither may exist.
   *
   * @throws IllegalArgumentException if the precision does not fit the model's sizes
   */
  static void write(
      Checkpoint checkpoint, Precision precision, LayerRange range, Path model, Path weights)
      throws IOException {
    try (WeightFile file = new WeightFile(weights)) {
      Files.write(model, new LlamaGraph(checkpoint, precision, range, file).build());
    }
  }

  private byte[] build() throws IOException {
    declare();
    String normed = normBefore(range.from());
    String x = normed + SUM;
    if (range.from() == 0) {
      x = embedding();
      norm(x, "model.layers.0.input_layernorm.weight", normed);
    }
    for (int layer = range.from(); layer < range.to(); layer++) {
      String p = "l" + layer + ".";
      String source = "model.layers." + layer + ".";
      String attended = attention(normed, layer, p, source);
      normed = addNorm(attended, x, source + "post_attention_layernorm.weight", p + "post");
      x = p + "post" + SUM;
      String fed = feedForward(normed, p, source);
      if (layer + 1 < config.layers()) {
        String next = "model.layers." + (layer + 1) + ".input_layernorm.weight";
        normed = addNorm(fed, x, next, normBefore(layer + 1));
        x = normed + SUM;
      } else {
        head(fed, x);
      }
    }
    return graph.toModel();
  }

  /** What a layer reads first; the sum that was normed has the name with {@link #SUM}. */
  private static String normBefore(int layer) {
    return "l" + layer + ".in";
  }

  private void declare() {
    Object[] activations = {"B", "S", config.hidden()};
    if (range.from() == 0) {
      graph.input("ids", ElementType.INT64, "B", "S");
    } else {
      graph.input(normBefore(range.from()), ElementType.FLOAT, activations);
      graph.input(normBefore(range.from()) + SUM, ElementType.FLOAT, activations);
    }
    if (range.to() == config.layers()) {
      graph.input("last", ElementType.INT64, "R");
      graph.output("logits", ElementType.FLOAT, "R", config.vocabulary());
      graph.output("logprobs", ElementType.FLOAT, "R", config.vocabulary());
    } else {
      graph.output(normBefore(range.to()), ElementType.FLOAT, activations);
      graph.output(normBefore(range.to()) + SUM, ElementType.FLOAT, activations);
    }
    graph.input("seqlens_k", ElementType.INT32, "B");
    graph.input("total", ElementType.INT32, 1);
    graph.input("cos", ElementType.FLOAT, "P", config.headDim() / 2);
    graph.input("sin", ElementType.FLOAT, "P", config.headDim() / 2);
    Object[] cache = {"B", config.kvHeads(), "M", config.headDim()};
    for (int layer = range.from(); layer < range.to(); layer++) {
      for (String kind : List.of("k.", "v.")) {
        graph.input("past_" + kind + layer, ElementType.FLOAT, cache);
        graph.output("present_" + kind + layer, ElementType.FLOAT, cache);
      }
    }
  }

  private String embedding() throws IOException {
    WeightWriter.Matrix table = weights.embedding();
    if (precision.quantised()) {
      graph.node(
          CONTRIB,
          "GatherBlockQuantized",
          List.of(table.name(), "ids", table.scales()),
          List.of("x"),
          Attribute.of("bits", precision.bits()),
          Attribute.of("block_size", table.block()),
          Attribute.of("gather_axis", 0),
          Attribute.of("quantize_axis", 1));
    } else {
      graph.node("Gather", List.of(table.name(), "ids"), List.of("x"), Attribute.of("axis", 0));
    }
    return "x";
  }

  private String norm(String x, String weight, String name) throws IOException {
    graph.node(
        "SimplifiedLayerNormalization",
        List.of(x, weights.vector(weight)),
        List.of(name),
        Attribute.of("axis", -1),
        Attribute.of("epsilon", (float) config.rmsNormEps()),
        Attribute.of("stash_type", 1));
    return name;
  }

  /** Adds the residual and norms the sum; the sum itself is {@code name.sum}. */
  private String addNorm(String x, String residual, String weight, String name) throws IOException {
    graph.node(
        CONTRIB,
        "SkipSimplifiedLayerNormalization",
        List.of(x, residual, weights.vector(weight)),
        List.of(name, "", "", name + SUM),
        Attribute.of("epsilon", (float) config.rmsNormEps()));
    return name;
  }

  private String attention(String x, int layer, String p, String source) throws IOException {
    String from = source + "self_attn.";
    String qkv =
        product(
            x,
            p + "qkv",
            List.of(from + "q_proj.weight", from + "k_proj.weight", from + "v_proj.weight"));
    graph.node(
        CONTRIB,
        "GroupQueryAttention",
        List.of(
            qkv, "", "", "past_k." + layer, "past_v." + layer, "seqlens_k", "total", "cos", "sin"),
        List.of(p + "attention", "present_k." + layer, "present_v." + layer),
        Attribute.of("num_heads", config.heads()),
        Attribute.of("kv_num_heads", config.kvHeads()),
        Attribute.of("do_rotary", 1),
        Attribute.of("rotary_interleaved", 0),
        Attribute.of("local_window_size", -1));
    return product(p + "attention", p + "o", List.of(from + "o_proj.weight"));
  }

  private String feedForward(String x, String p, String source) throws IOException {
    String from = source + "mlp.";
    String both =
        product(x, p + "gate_up", List.of(from + "gate_proj.weight", from + "up_proj.weight"));
    graph.node(
        "Split",
        List.of(both),
        List.of(p + "gate", p + "up"),
        Attribute.of("axis", -1),
        Attribute.of("num_outputs", 2));
    graph.node(
        CONTRIB, "QuickGelu", List.of(p + "gate"), List.of(p + "silu"), Attribute.of("alpha", 1f));
    graph.node("Mul", List.of(p + "silu", p + "up"), List.of(p + "gated"));
    return product(p + "gated", p + "down", List.of(from + "down_proj.weight"));
  }

  private void head(String x, String residual) throws IOException {
    graph.node("Add", List.of(x, residual), List.of("final"));
    String flat = graph.constant("flat", -1, config.hidden());
    graph.node("Reshape", List.of("final", flat), List.of("final.rows"));
    graph.node(
        "Gather", List.of("final.rows", "last"), List.of("final.wanted"), Attribute.of("axis", 0));
    String normed = norm("final.wanted", "model.norm.weight", "final.normed");
    if (config.tied()) {
      multiply(normed, "logits", weights.embeddingAsMatrix());
    } else {
      multiply(normed, "logits", weights.matrix("head", List.of("lm_head.weight")));
    }
    graph.node("LogSoftmax", List.of("logits"), List.of("logprobs"), Attribute.of("axis", -1));
  }

  private String product(String x, String name, List<String> sources) throws IOException {
    multiply(x, name, weights.matrix(name, sources));
    return name;
  }

  private void multiply(String x, String output, WeightWriter.Matrix matrix) {
    if (!precision.quantised()) {
      graph.node(
          CONTRIB,
          "FusedMatMul",
          List.of(x, matrix.name()),
          List.of(output),
          Attribute.of("transB", 1));
      return;
    }
    graph.node(
        CONTRIB,
        "MatMulNBits",
        List.of(x, matrix.name(), matrix.scales()),
        List.of(output),
        Attribute.of("K", matrix.columns()),
        Attribute.of("N", matrix.rows()),
        Attribute.of("bits", precision.bits()),
        Attribute.of("block_size", matrix.block()),
        Attribute.of("accuracy_level", 4));
  }
}
