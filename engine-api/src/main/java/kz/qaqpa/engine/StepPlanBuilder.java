package kz.qaqpa.engine;

import java.util.Arrays;

/**
 * Fills one {@link StepPlan} after the other without allocating. Use two in turn, so that the plan
 * under way is not overwritten while the next one is made. Confined to one thread.
 */
public final class StepPlanBuilder {
  final int[] tokenIds;
  final int[] slot;
  final int[] offset;
  final int[] queryLength;
  final int[] kvLength;
  final LogitsMode[] logits;
  final int[] slotLength;
  int rows;
  int tokens;
  private final StepPlan view = new StepPlan(this);

  /** Room for {@code shape.slots()} rows and {@code shape.maxStepTokens()} tokens. */
  public StepPlanBuilder(EngineShape shape) {
    this.tokenIds = new int[shape.maxStepTokens()];
    this.slot = new int[shape.slots()];
    this.offset = new int[shape.slots()];
    this.queryLength = new int[shape.slots()];
    this.kvLength = new int[shape.slots()];
    this.logits = new LogitsMode[shape.slots()];
    this.slotLength = new int[shape.slots()];
    Arrays.fill(logits, LogitsMode.NONE);
  }

  /**
   * Starts the next plan: no rows, all slots empty. Views given out before change their content.
   */
  public void clear() {
    rows = 0;
    tokens = 0;
    Arrays.fill(slotLength, 0);
  }

  /** Says how much of a slot holds content, see {@link StepPlan#slotLength}. */
  public void slotLength(int slot, int length) {
    slotLength[slot] = length;
  }

  /**
   * Opens the next row; its tokens follow by {@link #token}. Sets the slot's content length too.
   *
   * @return the index of the row
   */
  public int row(int slot, int kvLength, LogitsMode logits) {
    int row = rows++;
    this.slot[row] = slot;
    this.offset[row] = tokens;
    this.queryLength[row] = 0;
    this.kvLength[row] = kvLength;
    this.logits[row] = logits;
    this.slotLength[slot] = kvLength;
    return row;
  }

  /** Adds a token to the row opened last. */
  public void token(int id) {
    tokenIds[tokens++] = id;
    queryLength[rows - 1]++;
  }

  /** Tokens that still fit into this plan. */
  public int remainingTokens() {
    return tokenIds.length - tokens;
  }

  /** The plan as filled so far; always the same object. */
  public StepPlan plan() {
    return view;
  }
}
