package kz.qaqpa.batching.schedule;

/**
 * Confined to the step loop. What one step may still carry of prompts. Rows that decode are counted
 * first; the rest is given in cells of the prefill grid, one cell at least unless fewer are allowed
 * for the sake of those rows (Sarathi-Serve, OSDI'24: chunks ride along with decode).
 */
final class TokenBudget {
  private final int stepTokens;
  private final int maxStepTokens;
  private final int cell;
  private int left;

  TokenBudget(int stepTokens, int maxStepTokens, int cell) {
    this.stepTokens = stepTokens;
    this.maxStepTokens = maxStepTokens;
    this.cell = cell;
  }

  /** Begins a step; {@code cells}: most that it may read. */
  void start(int decodeRows, int cells) {
    int room = Math.min(Math.max(stepTokens - decodeRows, cell), maxStepTokens - decodeRows);
    left = cells < room / cell + 1 ? Math.min(cells * cell, room) : room;
  }

  /** The end of the next cell behind {@code position}, or {@code position} if it does not fit. */
  int nextEnd(int position, int promptLength, int taken) {
    int end = Math.min(promptLength, (position / cell + 1) * cell);
    return taken + end - position <= left ? end : position;
  }

  void take(int tokens) {
    left -= tokens;
  }

  boolean isSpent() {
    return left <= 0;
  }
}
