package kz.qaqpa.batching.schedule;

import java.util.Arrays;
import kz.qaqpa.batching.kv.host.KvMoves;
import kz.qaqpa.engine.EngineShape;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.StepPlan;
import kz.qaqpa.engine.StepPlanBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Confined to the step loop. One step as the scheduler wants it: moves of KV, to be made in their
 * order, and then one plan for the engine. Preallocated; the scheduler fills two in turn.
 */
public final class PlannedStep {
  private final StepPlanBuilder builder;
  private final @Nullable Sequence[] owners; // [row]
  private final KvMoves moves;

  /** Hashes of the whole cells of prompts that rows of this step compute. */
  private final long[] cells;

  private int cellCount;

  PlannedStep(EngineShape shape, int mostHostMoves) {
    this.builder = new StepPlanBuilder(shape);
    this.owners = new Sequence[shape.slots()];
    this.cells = new long[shape.maxStepTokens() / shape.prefillChunk() + 1];
    // At most one compaction and one prefix for each slot.
    this.moves = new KvMoves(2 * shape.slots() + mostHostMoves);
  }

  void clear() {
    builder.clear();
    Arrays.fill(owners, null);
    moves.clear();
    cellCount = 0;
  }

  /** Opens a row; its tokens follow by {@link #token}. */
  void row(Sequence owner, LogitsMode logits) {
    owners[builder.row(owner.slot, owner.computed, logits)] = owner;
  }

  void token(int id) {
    builder.token(id);
  }

  /** Notes that a row computes the cell of this hash. */
  void cell(long hash) {
    cells[cellCount++] = hash;
  }

  /** Whether a row computes the cell of this hash. */
  boolean computesCell(long hash) {
    for (int i = 0; i < cellCount; i++) {
      if (cells[i] == hash) {
        return true;
      }
    }
    return false;
  }

  void slotLength(int slot, int length) {
    builder.slotLength(slot, length);
  }

  Sequence owner(int row) {
    Sequence owner = owners[row];
    if (owner == null) {
      throw new IllegalStateException("row " + row + ": no owner");
    }
    return owner;
  }

  /** Whether there is nothing to do at all. */
  public boolean isEmpty() {
    return plan().rows() == 0 && moves.size() == 0;
  }

  /** The plan for the engine; without rows it must not reach one. */
  public StepPlan plan() {
    return builder.plan();
  }

  /** What is to be moved before the plan is executed. */
  public KvMoves moves() {
    return moves;
  }
}
