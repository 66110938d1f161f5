package kz.qaqpa.engine.cpu;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.Arrays;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.EngineShape;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.PlanCheck;
import kz.qaqpa.engine.StepPlan;
import kz.qaqpa.engine.StepResult;
import kz.qaqpa.engine.model.LlamaConfig;

/**
 * A step on the CPU: rows of one token together, then the longer rows one slot at a time.
 *
 * <p>Rows of one token run over contiguous ranges of slots. A slot of a range that has no such row
 * takes part with a dummy token, whose key and value go to the position behind the slot's content:
 * at most its spare one. Where more than {@link #MOST_HOLES} slots lie between two rows, two runs
 * cost less than the dummies.
 *
 * <p>Longer rows are cut on the grid of {@link #GRID} tokens, so that a prompt takes the same cuts,
 * and gives the same bits, however it was chunked. A cell of one token runs as the rows of one
 * token do; whether alone or among others gives the same bits.
 */
final class CpuEngine implements Engine {
  /** Length of the prefill grid in tokens. */
  static final int GRID = 64;

  /** Most slots in one run; beyond a few dozen, more rows no longer cost less each. */
  static final int MOST_ROWS = 64;

  /** A run's fixed cost, reading all weights, is about that of four more rows. */
  static final int MOST_HOLES = 3;

  /** Most tokens in a step: about as many as a step of a second can hold on a small model. */
  private static final int MOST_STEP_TOKENS = 2048;

  private static final int NO_ROW = -1;

  private final EngineShape shape;
  private final KvCache cache;
  private final ForwardPass forward;
  private final ModelSessions sessions;
  private final Arena arena;
  private final Candidates result;
  private final boolean evenRows;
  private final PlanCheck check;

  /** By slot: positions that hold content, the runs of this step included. */
  private final int[] filled;

  /** By slot: the row of one token that it has in this step. */
  private final int[] singles;

  private final int[] wantedRows = new int[MOST_ROWS];
  private boolean closed;

  /**
   * Makes an engine, and runs it once: sizes that a kernel cannot do show here, not in the first
   * request.
   *
   * @param sessions closed with the engine; left open if this fails
   * @throws EngineFault.Fatal if the first run fails
   */
  @SuppressWarnings("MustBeClosedChecker") // the engine owns the arena, close() ends both
  static CpuEngine open(
      OrtEnvironment environment, ModelSessions sessions, LlamaConfig config, Sizing sizing) {
    boolean even = sizing.precision().evenRows();
    int slots = sizing.slots() + (even ? 1 : 0);
    EngineShape shape =
        new EngineShape(
            config.vocabulary(),
            sizing.slots(),
            sizing.slotLength(),
            Math.max(MOST_STEP_TOKENS, sizing.slots()),
            GRID,
            config.layers(),
            config.kvHeads(),
            config.headDim(),
            "f32");
    Arena arena = Arena.ofShared();
    try {
      KvCache cache =
          new KvCache(
              arena,
              config.layers(),
              slots,
              config.kvHeads(),
              shape.slotLength() + 1,
              config.headDim());
      ForwardPass forward =
          new ForwardPass(environment, sessions.inOrder(), arena, cache, config, MOST_ROWS, GRID);
      firstRun(forward, even ? 2 : 1);
      return new CpuEngine(shape, cache, forward, sessions, arena, even);
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  private static void firstRun(ForwardPass forward, int rows) {
    try {
      forward.run(0, rows, 1, rows);
    } catch (EngineFault e) {
      forward.close();
      throw new EngineFault.Fatal("first run: " + e.getMessage(), e);
    }
  }

  /**
   * @param cache has a slot more than the shape if rows must be even
   * @param sessions closed by {@link #close()}
   * @param arena holds the memory of cache and forward pass; closed by {@link #close()}
   * @param evenRows whether every batch must have an even number of rows
   */
  private CpuEngine(
      EngineShape shape,
      KvCache cache,
      ForwardPass forward,
      ModelSessions sessions,
      Arena arena,
      boolean evenRows) {
    this.shape = shape;
    this.cache = cache;
    this.forward = forward;
    this.sessions = sessions;
    this.arena = arena;
    this.evenRows = evenRows;
    this.check = new PlanCheck(shape);
    this.result = new Candidates(shape.vocabulary(), shape.slots());
    this.filled = new int[cache.slots()];
    this.singles = new int[cache.slots()];
  }

  @Override
  public EngineShape shape() {
    return shape;
  }

  @Override
  public StepResult execute(StepPlan plan) {
    requireOpen();
    accept(plan);
    result.begin(plan.rows());
    runSingles(plan);
    for (int row = 0; row < plan.rows(); row++) {
      if (plan.queryLength(row) > 1) {
        runLong(plan, row);
      }
    }
    return result;
  }

  /** Checks the plan, and finds the rows of one token. */
  private void accept(StepPlan plan) {
    check.accept(plan);
    Arrays.fill(singles, NO_ROW);
    for (int slot = 0; slot < shape.slots(); slot++) {
      filled[slot] = plan.slotLength(slot);
    }
    for (int row = 0; row < plan.rows(); row++) {
      if (plan.queryLength(row) == 1) {
        singles[plan.slot(row)] = row;
      }
    }
  }

  private void runSingles(StepPlan plan) {
    int first = nextSingle(0);
    while (first < shape.slots()) {
      int last = first;
      int next = nextSingle(last + 1);
      while (next < shape.slots() && next - last - 1 <= MOST_HOLES && next - first < MOST_ROWS) {
        last = next;
        next = nextSingle(last + 1);
      }
      runRange(plan, first, last - first + 1);
      first = next;
    }
  }

  private int nextSingle(int from) {
    int slot = from;
    while (slot < shape.slots() && singles[slot] == NO_ROW) {
      slot++;
    }
    return slot;
  }

  /** Runs one token of each slot of a range, a dummy where it has no row. */
  private void runRange(StepPlan plan, int first, int count) {
    int rows = evenRows ? count + (count & 1) : count;
    int wanted = 0;
    for (int i = 0; i < rows; i++) {
      int slot = first + i;
      int row = i < count ? singles[slot] : NO_ROW;
      forward.ids().put(i, row == NO_ROW ? 0 : plan.token(plan.offset(row)));
      forward.kvLengths().put(i, filled[slot]);
      if (row != NO_ROW) {
        filled[slot]++;
        if (plan.logits(row) != LogitsMode.NONE) {
          forward.wanted().put(wanted, i);
          wantedRows[wanted++] = row;
        }
      }
    }
    run(plan, first, rows, 1, wanted);
  }

  private void runLong(StepPlan plan, int row) {
    int slot = plan.slot(row);
    int end = plan.kvLength(row) + plan.queryLength(row);
    while (filled[slot] < end) {
      int start = filled[slot];
      int stop = Math.min(end, (start / GRID + 1) * GRID);
      boolean wanted = stop == end && plan.logits(row) != LogitsMode.NONE;
      runCell(plan, row, start, stop, wanted);
    }
  }

  private void runCell(StepPlan plan, int row, int start, int stop, boolean wanted) {
    int slot = plan.slot(row);
    int length = stop - start;
    int offset = plan.offset(row) + start - plan.kvLength(row);
    for (int i = 0; i < length; i++) {
      forward.ids().put(i, plan.token(offset + i));
    }
    int rows = 1;
    forward.kvLengths().put(0, stop - 1);
    if (length == 1 && evenRows) {
      forward.ids().put(1, 0);
      forward.kvLengths().put(1, filled[slot + 1]);
      rows = 2;
    }
    filled[slot] = stop;
    wantedRows[0] = row;
    forward.wanted().put(0, length - 1L);
    run(plan, slot, rows, length, wanted ? 1 : 0);
  }

  private void run(StepPlan plan, int first, int rows, int queryLength, int wanted) {
    int padded = wanted;
    if (evenRows && (wanted & 1) == 1) {
      forward.wanted().put(wanted, forward.wanted().get(wanted - 1));
      padded++;
    }
    forward.run(first, rows, queryLength, padded);
    for (int i = 0; i < wanted; i++) {
      int row = wantedRows[i];
      boolean keepAll = plan.logits(row) == LogitsMode.FULL;
      result.take(row, i, forward.logits(), forward.logprobs(), keepAll);
    }
  }

  @Override
  public void copyKv(int fromSlot, int toSlot, int tokens) {
    requireOpen();
    check.copy(fromSlot, toSlot, tokens);
    cache.copy(fromSlot, toSlot, tokens);
  }

  @Override
  public long kvBytesPerToken() {
    return cache.bytesPerToken();
  }

  @Override
  public void readKv(int slot, int fromToken, int tokens, ByteBuffer block) {
    requireOpen();
    check.range(slot, fromToken, tokens);
    cache.read(slot, fromToken, tokens, block);
  }

  @Override
  public void writeKv(int slot, int fromToken, int tokens, ByteBuffer block) {
    requireOpen();
    check.range(slot, fromToken, tokens);
    cache.write(slot, fromToken, tokens, block);
  }

  /** Shapes whose tensors are kept. */
  int shapesKept() {
    return forward.shapesKept();
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
    forward.close();
    try {
      sessions.close();
    } catch (OrtException e) {
      throw new EngineFault.Fatal("OrtSession.close: " + e.getMessage(), e);
    } finally {
      arena.close();
    }
  }
}
