package kz.qaqpa.engine.trt.interpret;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.engine.trt.graph.ElementType;
import kz.qaqpa.engine.trt.graph.LlamaGraph;
import kz.qaqpa.engine.trt.graph.LlamaGraph.Form;
import kz.qaqpa.engine.trt.graph.Precision;

/**
 * A model in slots, driven as a runtime drives it. What was never written is NaN: whoever reads it
 * is found out.
 */
public final class InterpretedModel {
  private final LlamaConfig config;
  private final int slots;
  private final Interpreter ragged;
  private final Interpreter decode;
  private final Map<String, Value> caches = new HashMap<>();
  private final int[] lengths;

  /** What a step gives for one slot. */
  public static final class Result {
    private final float[] logits;
    private final int[] topIds;
    private final float[] topLogits;
    private final float logSumExp;

    private Result(float[] logits, int[] topIds, float[] topLogits, float logSumExp) {
      this.logits = logits;
      this.topIds = topIds;
      this.topLogits = topLogits;
      this.logSumExp = logSumExp;
    }

    /** Of every token. */
    public float[] logits() {
      return logits;
    }

    /** The best tokens, in no order. */
    public int[] topIds() {
      return topIds;
    }

    /** Their logits. */
    public float[] topLogits() {
      return topLogits;
    }

    /** Over all logits. */
    public float logSumExp() {
      return logSumExp;
    }
  }

  /** Reads the weights now: the checkpoint may be closed afterwards. */
  public InterpretedModel(Checkpoint checkpoint, Precision precision, int slots, int capacity) {
    this(
        checkpoint.config(),
        precision,
        slots,
        capacity,
        WeightValues.read(
            LlamaGraph.build(checkpoint.config(), precision, Form.RAGGED, capacity), checkpoint));
  }

  /** With these weights. */
  public InterpretedModel(
      LlamaConfig config,
      Precision precision,
      int slots,
      int capacity,
      Map<String, Value> weights) {
    this.config = config;
    this.slots = slots;
    this.lengths = new int[slots];
    this.ragged =
        new Interpreter(LlamaGraph.build(config, precision, Form.RAGGED, capacity), weights);
    this.decode =
        new Interpreter(LlamaGraph.build(config, precision, Form.DECODE, capacity), weights);
    for (int layer = 0; layer < config.layers(); layer++) {
      for (String name : List.of(LlamaGraph.keyCache(layer), LlamaGraph.valueCache(layer))) {
        caches.put(
            name,
            Value.of(
                precision.activations(),
                Float.NaN,
                slots,
                config.kvHeads(),
                capacity,
                config.headDim()));
      }
    }
  }

  /** Tokens that a slot holds. */
  public int length(int slot) {
    return lengths[slot];
  }

  /** Sets how many tokens of a slot count, for instance to use a prefix of it. */
  public void setLength(int slot, int length) {
    lengths[slot] = length;
  }

  /** The elements of all caches, one behind the other, in a fixed order. */
  public float[] cacheContents() {
    List<float[]> parts = new TreeMap<>(caches).values().stream().map(Value::floats).toList();
    int length = parts.getFirst().length;
    float[] all = new float[parts.size() * length];
    for (int i = 0; i < parts.size(); i++) {
      System.arraycopy(parts.get(i), 0, all, i * length, length);
    }
    return all;
  }

  /**
   * One ragged step.
   *
   * @param filler tokens beyond the last row's
   * @param rows the tokens for each slot; none to leave it out
   */
  public List<Result> step(int filler, int[]... rows) {
    int[] bounds = new int[slots + 1];
    for (int row = 0; row < slots; row++) {
      bounds[row + 1] = bounds[row] + rows[row].length;
    }
    int tokens = bounds[slots] + filler;
    int[] ids = new int[tokens];
    int[] positions = new int[tokens];
    int[] kvLengths = new int[slots];
    int[] last = new int[slots];
    for (int row = 0; row < slots; row++) {
      int[] added = rows[row];
      System.arraycopy(added, 0, ids, bounds[row], added.length);
      for (int i = 0; i < added.length; i++) {
        positions[bounds[row] + i] = lengths[row] + i;
      }
      kvLengths[row] = lengths[row] + added.length;
      last[row] = Math.max(0, bounds[row + 1] - 1);
    }
    Map<String, Value> inputs = new HashMap<>(caches);
    inputs.put(LlamaGraph.IDS, Value.of(ElementType.INT32, ids, tokens));
    inputs.put(LlamaGraph.POSITIONS, Value.of(ElementType.INT64, positions, tokens, 1));
    inputs.put(LlamaGraph.QUERY_LENGTHS, Value.of(ElementType.INT32, bounds, slots + 1));
    inputs.put(LlamaGraph.KV_LENGTHS, Value.of(ElementType.INT32, kvLengths, slots));
    inputs.put(LlamaGraph.WRITE, Value.of(ElementType.INT32, lengths.clone(), slots));
    inputs.put(LlamaGraph.LAST, Value.of(ElementType.INT32, last, slots));
    List<Result> results = results(ragged.run(inputs));
    System.arraycopy(kvLengths, 0, lengths, 0, slots);
    return results;
  }

  /**
   * One token for each slot, through the form for that.
   *
   * @param counts whether a slot keeps its token; the others are spare rows
   */
  public List<Result> decode(int[] tokens, boolean[] counts) {
    int[] after = lengths.clone();
    Arrays.setAll(after, slot -> lengths[slot] + 1);
    Map<String, Value> inputs = new HashMap<>(caches);
    inputs.put(LlamaGraph.IDS, Value.of(ElementType.INT32, tokens, slots));
    inputs.put(LlamaGraph.POSITIONS, Value.of(ElementType.INT64, lengths.clone(), slots, 1));
    inputs.put(LlamaGraph.KV_LENGTHS, Value.of(ElementType.INT32, after, slots));
    inputs.put(LlamaGraph.WRITE, Value.of(ElementType.INT32, lengths.clone(), slots));
    List<Result> results = results(decode.run(inputs));
    for (int slot = 0; slot < slots; slot++) {
      lengths[slot] += counts[slot] ? 1 : 0;
    }
    return results;
  }

  private List<Result> results(Map<String, Value> outputs) {
    Value logits = output(outputs, LlamaGraph.LOGITS);
    Value ids = output(outputs, LlamaGraph.TOP_IDS);
    Value best = output(outputs, LlamaGraph.TOP_LOGITS);
    Value sums = output(outputs, LlamaGraph.LOG_SUM_EXP);
    Result[] results = new Result[slots];
    int v = config.vocabulary();
    for (int row = 0; row < slots; row++) {
      int k = ids.last();
      results[row] =
          new Result(
              Arrays.copyOfRange(logits.floats(), row * v, (row + 1) * v),
              Arrays.copyOfRange(ids.integers(), row * k, (row + 1) * k),
              Arrays.copyOfRange(best.floats(), row * k, (row + 1) * k),
              sums.floats()[row]);
    }
    return List.of(results);
  }

  private static Value output(Map<String, Value> outputs, String name) {
    return Objects.requireNonNull(outputs.get(name), name);
  }
}
