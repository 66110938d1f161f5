package kz.qaqpa.engine.trt.memory;

import kz.qaqpa.engine.StepResult;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.engine.trt.graph.Graph;
import kz.qaqpa.engine.trt.graph.LlamaGraph;
import kz.qaqpa.engine.trt.graph.Precision;
import kz.qaqpa.engine.trt.step.InputLayout;
import kz.qaqpa.engine.trt.step.OutputLayout;

/**
 * What a model needs of a device's memory, in bytes.
 *
 * @param weights matrices and tables
 * @param scratch what the network computes in
 * @param buffers inputs, outputs and all logits of a step
 * @param slot keys and values of one slot
 */
public record MemoryBudget(long weights, long scratch, long buffers, long slot) {
  private static final long MIB = 1 << 20;

  /** CUDA's own: its context, kernels, captured graphs; and what others may take meanwhile. */
  private static final long RESERVE = 1024 * MIB;

  private static final int RESERVE_PART = 50;

  /**
   * Computes it before anything is loaded; scratch memory is an estimate until there is a plan.
   *
   * @param rows of a step, at most
   * @param capacity positions of a slot
   * @param stepTokens tokens of a step
   */
  public static MemoryBudget of(
      LlamaConfig config, Precision precision, int rows, int capacity, int stepTokens) {
    Graph graph = LlamaGraph.build(config, precision, LlamaGraph.Form.RAGGED, capacity);
    long weights =
        graph.weights().stream()
            .mapToLong(weight -> InputLayout.aligned(weight.tensor().bytes()))
            .sum();
    KvLayout kv =
        new KvLayout(
            config.layers(),
            1,
            config.kvHeads(),
            capacity,
            config.headDim(),
            precision.activations().bytes());
    int tokens = stepTokens + rows;
    return new MemoryBudget(
        weights, scratch(config, tokens, rows), buffers(config, tokens, rows), kv.bytes());
  }

  /**
   * The widest moments of a layer, in 32 bits, twice over; and logits with their keys. What the
   * builder really takes stands in the plan.
   */
  private static long scratch(LlamaConfig config, long tokens, long rows) {
    long attention = (long) (config.heads() + 2 * config.kvHeads()) * config.headDim();
    long widest = Math.max(attention, 2L * config.intermediate()) + 2L * config.hidden();
    return 2 * Float.BYTES * tokens * widest + 4 * Float.BYTES * rows * config.vocabulary();
  }

  private static long buffers(LlamaConfig config, int tokens, int rows) {
    return InputLayout.of(tokens, rows).bytes()
        + OutputLayout.of(rows, Math.min(StepResult.CANDIDATES, config.vocabulary())).bytes()
        + (long) rows * config.vocabulary() * Float.BYTES;
  }

  /** The same with the scratch memory that a plan asks for. */
  public MemoryBudget withScratch(long bytes) {
    return new MemoryBudget(weights, bytes, buffers, slot);
  }

  /** What is kept free of a device. */
  public static long reserve(long totalBytes) {
    return RESERVE + totalBytes / RESERVE_PART;
  }

  /** What is left for slots, may be negative. */
  public long left(long freeBytes, long totalBytes) {
    return freeBytes - reserve(totalBytes) - weights - scratch - buffers;
  }

  /** Slots for which there is memory. */
  public long slots(long freeBytes, long totalBytes) {
    return Math.max(0, left(freeBytes, totalBytes) / slot);
  }

  /** What everything takes with so many slots. */
  public long total(int slots) {
    return weights + scratch + buffers + slots * slot;
  }

  /** The sum, for whoever is told that something does not fit. */
  public String arithmetic(long freeBytes, long totalBytes) {
    return "%d MiB free - %d reserve - %d weights - %d scratch - %d buffers = %d MiB; a slot is %d"
        .formatted(
            freeBytes / MIB,
            mebibytes(reserve(totalBytes)),
            mebibytes(weights),
            mebibytes(scratch),
            mebibytes(buffers),
            Math.floorDiv(left(freeBytes, totalBytes), MIB),
            mebibytes(slot));
  }

  public static long mebibytes(long bytes) {
    return Math.ceilDiv(bytes, MIB);
  }
}
