package kz.qaqpa.engine.trt.run;

import java.lang.foreign.MemorySegment;
import java.util.SortedMap;
import java.util.TreeMap;
import kz.qaqpa.engine.trt.device.Captured;
import kz.qaqpa.engine.trt.device.Context;
import kz.qaqpa.engine.trt.device.Stream;
import kz.qaqpa.engine.trt.memory.Resources;
import kz.qaqpa.engine.trt.step.Buckets;
import kz.qaqpa.engine.trt.step.InputLayout;
import kz.qaqpa.engine.trt.step.OutputLayout;

/**
 * Queues steps: a captured one for each number of rows of a decode step, and one context for all
 * others. A captured step is everything from the pinned inputs to the pinned outputs. Confined to
 * the engine's thread.
 */
final class Steps {
  private final Resources resources;
  private final Stream stream;
  private final Bindings bindings;
  private final MemorySegment pinnedInputs;
  private final MemorySegment pinnedOutputs;
  private final int candidates;
  private final Context mixed;
  private final SortedMap<Integer, Captured> decode = new TreeMap<>();

  /**
   * Makes contexts, runs each once and captures those that are: what a kernel cannot do shows here,
   * not in the first request.
   *
   * @param scratch address of memory that all contexts share, since they run one after the other
   */
  Steps(
      Resources resources,
      Stream stream,
      Programs programs,
      Bindings bindings,
      Buckets buckets,
      MemorySegment pinnedInputs,
      MemorySegment pinnedOutputs,
      int candidates,
      long scratch) {
    this.resources = resources;
    this.stream = stream;
    this.bindings = bindings;
    this.pinnedInputs = pinnedInputs;
    this.pinnedOutputs = pinnedOutputs;
    this.candidates = candidates;
    long scratchBytes = programs.scratchBytes();
    this.mixed = resources.own(programs.mixed().context(0));
    mixed.scratch(scratch, scratchBytes);
    bindings.bindFixed(mixed);
    for (int rows : buckets.sizes()) {
      Context context = resources.own(programs.decodeContext(rows));
      context.scratch(scratch, scratchBytes);
      decode.put(rows, capture(context, rows));
    }
  }

  private Captured capture(Context context, int rows) {
    InputLayout in = InputLayout.of(rows, rows);
    OutputLayout out = OutputLayout.of(rows, candidates);
    bindings.bindFixed(context);
    bindings.bindSlots(context, 0);
    bindings.bindStep(context, in, out, false);
    bindings.shape(context, rows, rows, false);
    firstInputs(in, rows);
    queue(context, in, out);
    stream.synchronize();
    return resources.own(stream.capture(() -> queue(context, in, out)));
  }

  /** Rows that write to the first position of empty slots, and attend to it. */
  private void firstInputs(InputLayout in, int rows) {
    pinnedInputs.asSlice(0, in.bytes()).fill((byte) 0);
    for (int row = 0; row < rows; row++) {
      long at = in.kvLengths() + row * (long) Integer.BYTES;
      pinnedInputs.set(java.lang.foreign.ValueLayout.JAVA_INT, at, 1);
    }
  }

  private void queue(Context context, InputLayout in, OutputLayout out) {
    stream.copy(bindings.inputs(), pinnedInputs.address(), in.bytes());
    context.enqueue(stream);
    stream.copy(pinnedOutputs.address(), bindings.outputs(), out.bytes());
  }

  /** Queues the captured step of so many rows, whose inputs are in the pinned block. */
  void decode(int rows) {
    Captured captured = decode.get(rows);
    if (captured == null) {
      throw new IllegalArgumentException("rows: " + rows + " (expected: a bucket)");
    }
    stream.launch(captured);
  }

  /** Queues any other step. */
  void mixed(InputLayout in, OutputLayout out, int first, int tokens, int rows) {
    bindings.bindSlots(mixed, first);
    bindings.bindStep(mixed, in, out, true);
    bindings.shape(mixed, tokens, rows, true);
    queue(mixed, in, out);
  }

  /** Queues the copy of all logits of a row. */
  void logits(long to, int row, int vocabulary) {
    long bytes = (long) vocabulary * Float.BYTES;
    stream.copy(to, bindings.logits() + row * bytes, bytes);
  }
}
