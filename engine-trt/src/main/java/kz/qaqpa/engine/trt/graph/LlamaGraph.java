package kz.qaqpa.engine.trt.graph;

import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.engine.StepResult;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.engine.trt.graph.Node.BinaryOp;
import kz.qaqpa.engine.trt.graph.Node.UnaryOp;
import org.jspecify.annotations.Nullable;

/**
 * The forward pass of a {@code LlamaForCausalLM} over a batch of slots, as one graph.
 *
 * <pre>
 * in   ids [T] i32, pos [T,1] i64       token ids and their positions, rows one behind the other
 *      q_lens [B+1] i32                 where each row's tokens begin; the last entry is their end
 *      kv_lens [B] i32                  entries of each slot that count after this step
 *      write [B] i32                    position of each row's first new entry
 *      last [B] i32                     index of the token of each row whose logits are wanted
 *      kc.l, vc.l [B,kvHeads,S,D]       the KV cache of layer l, S the capacity of a slot
 * out  logits [B,V] f32                 in device memory; whoever needs a row copies it
 *      top_logits, top_ids [B,K]        the best K = min(64, V), in no order
 *      logsumexp [B,1] f32              over all logits of the row
 *      kc.l.out, vc.l.out               the same memory as kc.l, vc.l
 * </pre>
 *
 * <p>Row b is slot b. A row without tokens has {@code q_lens[b] == q_lens[b+1]}; a row that takes
 * no part but has a token all the same writes it at {@code write[b]}, where nothing is to be kept.
 * T may exceed {@code q_lens[B]}: tokens beyond it are computed for nothing, and may carry any
 * valid id and position.
 *
 * <p>In {@link Form#DECODE} each row has one token: {@code ids} and {@code pos} are [B] and [B,1],
 * {@code q_lens} and {@code last} are not there.
 *
 * <p>Projections of equal input are one product: q, k and v, gate and up. Operands of products and
 * of the attention, and the cache, have the precision's format; everything between them is F32, the
 * residual sum included: a chain of element-wise operations is one kernel, whose registers are 32
 * bits wide anyway, and a sum over all layers in BF16 would cost up to a third of the accuracy.
 */
public final class LlamaGraph {
  /** Part of a plan's key: raised with every change of what this class builds. */
  public static final int VERSION = 1;

  /** Name of the token ids. */
  public static final String IDS = "ids";

  /** Name of the positions. */
  public static final String POSITIONS = "pos";

  /** Name of the bounds of rows. */
  public static final String QUERY_LENGTHS = "q_lens";

  /** Name of the lengths of slots. */
  public static final String KV_LENGTHS = "kv_lens";

  /** Name of the write positions. */
  public static final String WRITE = "write";

  /** Name of the indices of wanted tokens. */
  public static final String LAST = "last";

  /** Name of all logits. */
  public static final String LOGITS = "logits";

  /** Name of the best logits. */
  public static final String TOP_LOGITS = "top_logits";

  /** Name of the ids of the best logits. */
  public static final String TOP_IDS = "top_ids";

  /** Name of the logarithm of the sum of exponentials. */
  public static final String LOG_SUM_EXP = "logsumexp";

  private static final String EMBEDDING = "model.embed_tokens.weight";

  /** How tokens lie in the batch. */
  public enum Form {
    /** Rows of any number of tokens, packed: prompts and answers in one step. */
    RAGGED,
    /** One token in each row. */
    DECODE
  }

  private final LlamaConfig config;
  private final Precision precision;
  private final Form form;
  private final long capacity;
  private final ElementType type;
  private final Dim tokens;
  private final GraphBuilder graph = new GraphBuilder();
  private final List<Tensor> caches = new ArrayList<>();

  private final Tensor ids;
  private final Tensor positions;
  private final @Nullable Tensor queryLengths;
  private final Tensor kvLengths;
  private final Tensor write;
  private final @Nullable Tensor last;
  private final Tensor cosines;
  private final Tensor sines;
  private final Tensor epsilon;
  private final Tensor queryScale;
  private @Nullable Tensor one;

  private LlamaGraph(LlamaConfig config, Precision precision, Form form, int capacity) {
    this.config = config;
    this.precision = precision;
    this.form = form;
    this.capacity = capacity;
    this.type = precision.activations();
    boolean ragged = form == Form.RAGGED;
    this.tokens = ragged ? Dim.Symbol.TOKENS : Dim.Symbol.ROWS;
    this.ids = graph.input(IDS, ElementType.INT32, tokens);
    this.positions = graph.input(POSITIONS, ElementType.INT64, tokens, Dim.of(1));
    this.queryLengths = ragged ? lengths(QUERY_LENGTHS, Dim.Symbol.ROW_BOUNDS) : null;
    this.kvLengths = lengths(KV_LENGTHS, Dim.Symbol.ROWS);
    this.write = lengths(WRITE, Dim.Symbol.ROWS);
    this.last = ragged ? lengths(LAST, Dim.Symbol.ROWS) : null;
    long pairs = config.headDim() / 2;
    this.cosines =
        graph.weight("cos", new WeightSource.Cosines(), ElementType.F32, capacity, pairs);
    this.sines = graph.weight("sin", new WeightSource.Sines(), ElementType.F32, capacity, pairs);
    this.epsilon = graph.scalar("eps", config.rmsNormEps(), 2);
    this.queryScale = graph.scalar("q_scale", 1 / Math.sqrt(config.headDim()), 4);
  }

  /**
   * Builds the graph.
   *
   * @param capacity entries of a slot, at least 1; positions are below it
   */
  public static Graph build(LlamaConfig config, Precision precision, Form form, int capacity) {
    return new LlamaGraph(config, precision, form, capacity).build();
  }

  /** Name of the key cache of a layer; its update's is {@code .out} longer. */
  public static String keyCache(int layer) {
    return "kc." + layer;
  }

  /** Name of the value cache of a layer; its update's is {@code .out} longer. */
  public static String valueCache(int layer) {
    return "vc." + layer;
  }

  private Tensor lengths(String name, Dim count) {
    return graph.input(name, ElementType.INT32, count);
  }

  private Graph build() {
    Tensor table = weight("embed", List.of(EMBEDDING), type, config.vocabulary(), config.hidden());
    Tensor x = wide("x", graph.gather("x.narrow", table, ids));
    for (int layer = 0; layer < config.layers(); layer++) {
      String p = "l" + layer + ".";
      String source = "model.layers." + layer + ".";
      Tensor normed = norm(p + "in", x, source + "input_layernorm.weight");
      Tensor attended = attention(p, source + "self_attn.", normed, layer);
      x = graph.binary(p + "x", BinaryOp.ADD, x, attended);
      normed = norm(p + "post", x, source + "post_attention_layernorm.weight");
      x = graph.binary(p + "y", BinaryOp.ADD, x, feedForward(p, source + "mlp.", normed));
    }
    head(last == null ? x : graph.gather("wanted", x, last), table);
    caches.forEach(graph::output);
    return graph.build();
  }

  private Tensor wide(String name, Tensor x) {
    return graph.cast(name, x, ElementType.F32);
  }

  /** RMSNorm (Zhang and Sennrich, 2019), in F32 from operand to result. */
  private Tensor norm(String name, Tensor x, String source) {
    String p = name + ".";
    Tensor gain = weight(name, List.of(source), ElementType.F32, 1, config.hidden());
    Tensor squares = graph.binary(p + "squares", BinaryOp.MUL, x, x);
    Tensor mean = graph.reduce(p + "mean", Node.ReduceOp.MEAN, squares);
    Tensor sum = graph.binary(p + "sum", BinaryOp.ADD, mean, epsilon);
    Tensor root = graph.unary(p + "root", UnaryOp.SQRT, sum);
    Tensor factor = graph.unary(p + "factor", UnaryOp.RECIPROCAL, root);
    Tensor scaled = graph.binary(p + "scaled", BinaryOp.MUL, x, factor);
    Tensor gained = graph.binary(p + "gained", BinaryOp.MUL, scaled, gain);
    return graph.cast(p + "normed", gained, type);
  }

  private Tensor attention(String p, String source, Tensor x, int layer) {
    int heads = config.heads();
    int kvHeads = config.kvHeads();
    int turned = heads + kvHeads;
    int all = turned + kvHeads;
    long d = config.headDim();
    Tensor qkv =
        product(
            p + "qkv",
            x,
            all * d,
            source + "q_proj.weight",
            source + "k_proj.weight",
            source + "v_proj.weight");
    Tensor byHead = graph.reshape(p + "heads", qkv, tokens, Dim.of(all), Dim.of(1), Dim.of(d));
    // Tables and angles in BF16 would be wrong by whole turns at long positions.
    Tensor straight = graph.slice(p + "qk", byHead, 1, 0, turned);
    Tensor rotated = graph.rotary(p + "rotated", straight, cosines, sines, positions);
    Tensor q = graph.slice(p + "q.rotated", rotated, 1, 0, heads);
    q = graph.binary(p + "q.scaled", BinaryOp.MUL, q, queryScale);
    q = rows(p + "q", q, heads);
    Tensor k = graph.slice(p + "k.rotated", rotated, 1, heads, kvHeads);
    k = rows(p + "k", k, kvHeads);
    Tensor v = rows(p + "v", graph.slice(p + "v.heads", byHead, 1, turned, kvHeads), kvHeads);
    Tensor keys = update(keyCache(layer), k);
    Tensor values = update(valueCache(layer), v);
    Tensor mixed = graph.attention(p + "attention", q, keys, values, queryLengths, kvLengths);
    Tensor flat = graph.reshape(p + "mixed", mixed, tokens, Dim.of(heads * d));
    return product(p + "o", flat, config.hidden(), source + "o_proj.weight");
  }

  /** Heads as attention and cache take them: narrow; packed, or one query a row. */
  private Tensor rows(String name, Tensor x, int heads) {
    Dim d = Dim.of(config.headDim());
    if (form == Form.DECODE) {
      return graph.cast(name + ".narrow", x, type);
    }
    return graph.reshape(name, graph.cast(name + ".narrow", x, type), tokens, Dim.of(heads), d);
  }

  private Tensor update(String name, Tensor entries) {
    Tensor cache =
        graph.input(
            name,
            type,
            Dim.Symbol.ROWS,
            Dim.of(config.kvHeads()),
            Dim.of(capacity),
            Dim.of(config.headDim()));
    Tensor updated = graph.cacheUpdate(name + ".out", cache, entries, write, queryLengths);
    caches.add(updated);
    return updated;
  }

  /** SwiGLU (Shazeer, 2020). */
  private Tensor feedForward(String p, String source, Tensor x) {
    long size = config.intermediate();
    Tensor both =
        product(p + "gate_up", x, 2 * size, source + "gate_proj.weight", source + "up_proj.weight");
    Tensor gate = graph.slice(p + "gate", both, 1, 0, size);
    Tensor up = graph.slice(p + "up", both, 1, size, size);
    Tensor sigmoid = graph.unary(p + "sigmoid", UnaryOp.SIGMOID, gate);
    Tensor silu = graph.binary(p + "silu", BinaryOp.MUL, gate, sigmoid);
    Tensor gated = graph.binary(p + "gated", BinaryOp.MUL, silu, up);
    Tensor narrow = graph.cast(p + "gated.narrow", gated, type);
    return product(p + "down", narrow, config.hidden(), source + "down_proj.weight");
  }

  private void head(Tensor x, Tensor table) {
    Tensor normed = norm("final", x, "model.norm.weight");
    Tensor matrix =
        config.tied()
            ? table
            : weight("head", List.of("lm_head.weight"), type, config.vocabulary(), config.hidden());
    String narrow = type == ElementType.F32 ? LOGITS : "logits.narrow";
    Tensor logits = graph.cast(LOGITS, graph.matMul(narrow, normed, matrix), ElementType.F32);
    graph.output(logits);
    candidates(logits);
  }

  /**
   * The best logits, and of those that equal the least of them the lowest ids.
   *
   * <p>TensorRT does not say which of several equal elements it takes, and BF16 logits are often
   * equal. The K-th largest value, however, is the same whichever are taken. Ids above it, then ids
   * at it, then the rest make three ranges of keys that are all different and exact in F32, within
   * each of them falling with the id; the best K keys are the candidates.
   */
  private void candidates(Tensor logits) {
    int vocabulary = config.vocabulary();
    int k = Math.min(StepResult.CANDIDATES, vocabulary);
    Tensor best = graph.topK("best", "best.any", logits, k).values();
    Tensor least = graph.slice("best.least", best, 1, k - 1, 1);
    Tensor above = graph.binary("above", BinaryOp.SUB, logits, least);
    Tensor sign = graph.unary("above.sign", UnaryOp.SIGN, above);
    Tensor span = graph.scalar("keys.span", vocabulary, 2);
    Tensor range = graph.binary("keys.range", BinaryOp.MUL, sign, span);
    Tensor ranks =
        graph.weight("ids.ranks", new WeightSource.IdRanks(), ElementType.F32, 1, vocabulary);
    Tensor keys = graph.binary("keys", BinaryOp.ADD, range, ranks);
    Tensor chosen = graph.topK("keys.best", TOP_IDS, keys, k).indices();
    graph.output(graph.gatherElements(TOP_LOGITS, logits, chosen));
    graph.output(chosen);
    logSumExp(logits, graph.slice("best.most", best, 1, 0, 1));
  }

  private void logSumExp(Tensor logits, Tensor max) {
    Tensor below = graph.binary("below", BinaryOp.SUB, logits, max);
    Tensor terms = graph.unary("below.exp", UnaryOp.EXP, below);
    Tensor sum = graph.reduce("below.sum", Node.ReduceOp.SUM, terms);
    Tensor log = graph.unary("below.log", UnaryOp.LOG, sum);
    graph.output(graph.binary(LOG_SUM_EXP, BinaryOp.ADD, log, max));
  }

  /**
   * The product with matrices of the checkpoint, one below the other, in F32.
   *
   * <p>FP8 codes are numbers as they are, exact in BF16, and each output's scale comes after the
   * sum: one rounding less, and TensorRT takes scales for each output of a matrix only from
   * constants, not from inputs.
   */
  private Tensor product(String name, Tensor x, long outputs, String... sources) {
    List<String> names = List.of(sources);
    long columns = x.size(1);
    if (precision.matrices() != ElementType.FP8_E4M3) {
      return wide(
          name, graph.matMul(name + ".narrow", x, weight(name, names, type, outputs, columns)));
    }
    Tensor codes =
        graph.weight(
            name + ".codes", new WeightSource.Codes(names), ElementType.FP8_E4M3, outputs, columns);
    Tensor scales =
        graph.weight(name + ".scales", new WeightSource.Scales(names), ElementType.F32, 1, outputs);
    Tensor matrix = graph.dequantize(name + ".matrix", codes, codeScale(), type);
    Tensor unscaled = wide(name + ".wide", graph.matMul(name + ".narrow", x, matrix));
    return graph.binary(name, BinaryOp.MUL, unscaled, scales);
  }

  /** One, for all of them. */
  private Tensor codeScale() {
    Tensor scale = one;
    if (scale == null) {
      scale = graph.scalar("one", 1, 0);
      one = scale;
    }
    return scale;
  }

  private Tensor weight(String name, List<String> sources, ElementType of, long... sizes) {
    return graph.weight(name + ".weight", new WeightSource.Rows(sources), of, sizes);
  }
}
