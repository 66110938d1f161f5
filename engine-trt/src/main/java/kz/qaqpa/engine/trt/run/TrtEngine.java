package kz.qaqpa.engine.trt.run;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.EngineShape;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.PlanCheck;
import kz.qaqpa.engine.StepPlan;
import kz.qaqpa.engine.StepResult;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.engine.trt.device.DeviceException;
import kz.qaqpa.engine.trt.device.Stream;
import kz.qaqpa.engine.trt.memory.KvLayout;
import kz.qaqpa.engine.trt.memory.KvTransfers;
import kz.qaqpa.engine.trt.memory.Resources;
import kz.qaqpa.engine.trt.memory.Sizing;
import kz.qaqpa.engine.trt.step.Buckets;
import kz.qaqpa.engine.trt.step.InputLayout;
import kz.qaqpa.engine.trt.step.OutputLayout;
import kz.qaqpa.engine.trt.step.Results;
import kz.qaqpa.engine.trt.step.StepInputs;
import kz.qaqpa.engine.trt.step.StepRange;

/**
 * A step on a GPU: prompts and answers in one run over a contiguous range of slots.
 *
 * <p>Inputs are packed into one pinned block and copied with one call, and so are the candidates of
 * all rows on their way back; all logits of a row are copied where the plan asks for them. Steps
 * block their caller; {@link #copyKv}, {@link #readKv} and {@link #writeKv} are queued, and what
 * they need of each other and of steps is ordered by events. Blocks that are read are filled while
 * the next step computes.
 */
public final class TrtEngine implements Engine {
  /** Length of the prefill grid in tokens, as of the engine on the CPU. */
  private static final int GRID = 64;

  private final EngineShape shape;
  private final Resources resources;
  private final Stream stream;
  private final Steps steps;
  private final KvTransfers transfers;
  private final KvLayout kv;
  private final PlanCheck check;
  private final StepRange range;
  private final MemorySegment inputs;
  private final MemorySegment outputs;
  private final MemorySegment fullLogits;
  private final Results results;
  private final AtomicLong filledTokens = new AtomicLong();
  private boolean closed;

  private TrtEngine(
      EngineShape shape,
      Resources resources,
      Stream stream,
      Steps steps,
      KvTransfers transfers,
      KvLayout kv,
      StepRange range,
      Pinned pinned) {
    this.shape = shape;
    this.resources = resources;
    this.stream = stream;
    this.steps = steps;
    this.transfers = transfers;
    this.kv = kv;
    this.range = range;
    this.inputs = pinned.inputs;
    this.outputs = pinned.outputs;
    this.fullLogits = pinned.fullLogits;
    this.check = new PlanCheck(shape);
    this.results =
        new Results(shape.vocabulary(), pinned.candidates, shape.slots(), pinned.fullLogits);
  }

  /** Host memory that copies run from and to. */
  private record Pinned(
      MemorySegment inputs, MemorySegment outputs, MemorySegment fullLogits, int candidates) {

    static Pinned allocate(Resources resources, Sizing sizing, int vocabulary, int candidates) {
      int slots = sizing.slots();
      return new Pinned(
          resources.allocatePinned(InputLayout.of(sizing.networkTokens(), slots).bytes()),
          resources.allocatePinned(OutputLayout.of(slots, candidates).bytes()),
          resources.allocatePinned((long) slots * vocabulary * Float.BYTES),
          candidates);
    }
  }

  /**
   * Makes an engine, and runs each of its steps once.
   *
   * @param resources owns device, programs and weights already; closed with the engine, left open
   *     if this fails
   * @param weights addresses by name
   * @throws DeviceException if a call fails
   */
  static TrtEngine open(
      Resources resources,
      LlamaConfig config,
      Sizing sizing,
      Programs programs,
      Map<String, Long> weights) {
    int slots = sizing.slots();
    int candidates = Math.min(StepResult.CANDIDATES, config.vocabulary());
    KvLayout kv =
        new KvLayout(
            config.layers(),
            slots,
            config.kvHeads(),
            sizing.capacity(),
            config.headDim(),
            sizing.precision().activations().bytes());
    Pinned pinned = Pinned.allocate(resources, sizing, config.vocabulary(), candidates);
    Bindings bindings =
        new Bindings(
            weights,
            kv,
            resources.allocate(kv.bytes()),
            resources.allocate(pinned.inputs.byteSize()),
            resources.allocate(pinned.outputs.byteSize()),
            resources.allocate(pinned.fullLogits.byteSize()));
    Stream stream = resources.own(resources.device().stream());
    KvTransfers transfers = new KvTransfers(resources, kv, bindings.kvBase(), stream);
    Buckets buckets = new Buckets(slots);
    long scratch = resources.allocate(programs.scratchBytes());
    Steps steps =
        new Steps(
            resources,
            stream,
            programs,
            bindings,
            buckets,
            pinned.inputs,
            pinned.outputs,
            candidates,
            scratch);
    StepRange range = new StepRange(slots, buckets);
    return new TrtEngine(
        shape(config, sizing), resources, stream, steps, transfers, kv, range, pinned);
  }

  private static EngineShape shape(LlamaConfig config, Sizing sizing) {
    return new EngineShape(
        config.vocabulary(),
        sizing.slots(),
        sizing.slotLength(),
        Math.max(sizing.stepTokens(), sizing.slots()),
        GRID,
        config.layers(),
        config.kvHeads(),
        config.headDim(),
        sizing.precision().activations().name().toLowerCase(java.util.Locale.ROOT));
  }

  @Override
  public EngineShape shape() {
    return shape;
  }

  @Override
  public StepResult execute(StepPlan plan) {
    requireOpen();
    check.accept(plan);
    range.set(plan);
    try {
      OutputLayout out = OutputLayout.of(range.rows(), results.width());
      queue(plan, out);
      transfers.drain(); // While it computes.
      stream.synchronize();
      transfers.computed();
      results.take(plan, range, out, outputs);
      count(plan);
      return results;
    } catch (DeviceException e) {
      throw settled(e);
    }
  }

  /** Lets nothing that was queued before a refused call run into what follows it. */
  private EngineFault settled(DeviceException e) {
    if (!e.lasting()) {
      try {
        transfers.settle();
      } catch (DeviceException after) {
        after.addSuppressed(e);
        return after.fault();
      }
    }
    return e.fault();
  }

  private void queue(StepPlan plan, OutputLayout out) {
    InputLayout in = InputLayout.of(range.tokens(), range.rows());
    StepInputs.write(plan, range, in, inputs);
    for (int slot = range.first(); slot < range.first() + range.rows(); slot++) {
      transfers.await(slot, plan.slotLength(slot));
    }
    if (range.decode()) {
      steps.decode(range.rows());
    } else {
      steps.mixed(in, out, range.first(), range.tokens(), range.rows());
    }
    long to = fullLogits.address();
    for (int row = 0; row < plan.rows(); row++) {
      if (plan.logits(row) == LogitsMode.FULL) {
        steps.logits(to, range.index(plan.slot(row)), shape.vocabulary());
        to += (long) shape.vocabulary() * Float.BYTES;
      }
    }
  }

  private void count(StepPlan plan) {
    long filled = plan.tokens();
    for (int slot = 0; slot < shape.slots(); slot++) {
      filled += plan.slotLength(slot);
    }
    filledTokens.set(filled);
  }

  /** Share of all positions that held content after the last step; read by any thread. */
  public double occupancy() {
    return filledTokens.get() / ((double) shape.slots() * shape.slotLength());
  }

  /**
   * Runs a captured step again and again with the inputs as they lie, without waiting in between:
   * to measure what it takes by itself. Writes one entry behind the content of the first slots.
   */
  void replay(int rows, int times) {
    requireOpen();
    for (int i = 0; i < times; i++) {
      steps.decode(rows);
    }
    stream.synchronize();
  }

  @Override
  public void copyKv(int fromSlot, int toSlot, int tokens) {
    requireOpen();
    check.copy(fromSlot, toSlot, tokens);
    run(() -> transfers.copy(fromSlot, toSlot, tokens));
  }

  @Override
  public long kvBytesPerToken() {
    return kv.bytesPerToken();
  }

  @Override
  public void readKv(int slot, int fromToken, int tokens, ByteBuffer block) {
    requireOpen();
    check.range(slot, fromToken, tokens);
    run(() -> transfers.read(slot, fromToken, tokens, block));
  }

  @Override
  public void writeKv(int slot, int fromToken, int tokens, ByteBuffer block) {
    requireOpen();
    check.range(slot, fromToken, tokens);
    run(() -> transfers.write(slot, fromToken, tokens, block));
  }

  private void run(Runnable call) {
    try {
      call.run();
    } catch (DeviceException e) {
      throw settled(e);
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new EngineFault.Fatal("the engine is closed", null);
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      resources.close();
    } catch (RuntimeException e) {
      throw new EngineFault.Fatal(String.valueOf(e.getMessage()), e);
    }
  }
}
