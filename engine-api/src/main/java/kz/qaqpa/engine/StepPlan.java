package kz.qaqpa.engine;

/**
 * One ragged step: rows of tokens, each to be appended to a KV slot. Prefill, chunked prefill, a
 * prompt whose prefix was cached and decode are all "n tokens of this row".
 *
 * <p>This is a read-only view of preallocated arrays that its {@link StepPlanBuilder} fills again
 * for the next step: valid until then, never to be kept. Rows are in no particular order of slots;
 * a slot has at most one row.
 *
 * <p>Slots without a row still hold content (a waiting sequence, or an idle prefix kept as cache):
 * {@link #slotLength} says how much of it the engine must preserve. An engine that computes a dense
 * range of slots may write one entry behind that length, for which each slot has one spare
 * position.
 */
public final class StepPlan {
  private final StepPlanBuilder data;

  StepPlan(StepPlanBuilder data) {
    this.data = data;
  }

  /** Number of rows, at least 1 in a plan that reaches an engine. */
  public int rows() {
    return data.rows;
  }

  /** Number of tokens of all rows together. */
  public int tokens() {
    return data.tokens;
  }

  /** Token ids of all rows, packed: row r's are {@code [offset(r), offset(r) + queryLength(r))}. */
  public int token(int index) {
    return data.tokenIds[index];
  }

  /** KV slot of a row, in {@code [0, slots)}. */
  public int slot(int row) {
    return data.slot[row];
  }

  /** Index of a row's first token among the packed ones. */
  public int offset(int row) {
    return data.offset[row];
  }

  /** Number of new tokens of a row, at least 1. */
  public int queryLength(int row) {
    return data.queryLength[row];
  }

  /**
   * Tokens of the row that its slot holds already; the new ones get the positions from here on
   * ({@code kvLength + queryLength <= slotLength} of the engine's shape).
   */
  public int kvLength(int row) {
    return data.kvLength[row];
  }

  /** Which logits of the row's last token are wanted. */
  public LogitsMode logits(int row) {
    return data.logits[row];
  }

  /** Number of slots that the plan speaks of: all slots of the engine. */
  public int slots() {
    return data.slotLength.length;
  }

  /** Positions of a slot that hold content before this step, whether or not a row uses it. */
  public int slotLength(int slot) {
    return data.slotLength[slot];
  }
}
