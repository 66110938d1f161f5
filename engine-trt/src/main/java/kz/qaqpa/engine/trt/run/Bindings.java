package kz.qaqpa.engine.trt.run;

import java.util.Map;
import kz.qaqpa.engine.trt.device.Context;
import kz.qaqpa.engine.trt.graph.LlamaGraph;
import kz.qaqpa.engine.trt.memory.KvLayout;
import kz.qaqpa.engine.trt.step.InputLayout;
import kz.qaqpa.engine.trt.step.OutputLayout;

/**
 * Addresses of everything that a network reads and writes.
 *
 * @param weights by name
 * @param kv how the cache lies
 * @param kvBase where it lies
 * @param inputs the device's block of inputs
 * @param outputs the device's block of outputs
 * @param logits all logits of a step
 */
record Bindings(
    Map<String, Long> weights, KvLayout kv, long kvBase, long inputs, long outputs, long logits) {

  /** What stays the same for all steps of a context. */
  void bindFixed(Context context) {
    weights.forEach(context::bind);
    context.bind(LlamaGraph.LOGITS, logits);
  }

  /** The slots from {@code first} on as the network's cache. */
  void bindSlots(Context context, int first) {
    for (int layer = 0; layer < kv.layers(); layer++) {
      bind(context, LlamaGraph.keyCache(layer), 2 * layer, first);
      bind(context, LlamaGraph.valueCache(layer), 2 * layer + 1, first);
    }
  }

  private void bind(Context context, String name, int tensor, int first) {
    long address = kv.place(kvBase, tensor, first, 0, 0).address();
    context.bind(name, address);
    context.bind(name + ".out", address);
  }

  /** Inputs and outputs as they lie for a step. */
  void bindStep(Context context, InputLayout in, OutputLayout out, boolean ragged) {
    context.bind(LlamaGraph.IDS, inputs + in.ids());
    context.bind(LlamaGraph.POSITIONS, inputs + in.positions());
    context.bind(LlamaGraph.KV_LENGTHS, inputs + in.kvLengths());
    context.bind(LlamaGraph.WRITE, inputs + in.write());
    if (ragged) {
      context.bind(LlamaGraph.QUERY_LENGTHS, inputs + in.queryLengths());
      context.bind(LlamaGraph.LAST, inputs + in.last());
    }
    context.bind(LlamaGraph.TOP_LOGITS, outputs + out.topLogits());
    context.bind(LlamaGraph.TOP_IDS, outputs + out.topIds());
    context.bind(LlamaGraph.LOG_SUM_EXP, outputs + out.logSumExp());
  }

  /** Sizes of a step's inputs. */
  void shape(Context context, int tokens, int rows, boolean ragged) {
    context.shape(LlamaGraph.IDS, tokens);
    context.shape(LlamaGraph.POSITIONS, tokens, 1);
    context.shape(LlamaGraph.KV_LENGTHS, rows);
    context.shape(LlamaGraph.WRITE, rows);
    if (ragged) {
      context.shape(LlamaGraph.QUERY_LENGTHS, rows + 1);
      context.shape(LlamaGraph.LAST, rows);
    }
    for (int layer = 0; layer < kv.layers(); layer++) {
      context.shape(LlamaGraph.keyCache(layer), rows, kv.kvHeads(), kv.capacity(), kv.headDim());
      context.shape(LlamaGraph.valueCache(layer), rows, kv.kvHeads(), kv.capacity(), kv.headDim());
    }
  }
}
