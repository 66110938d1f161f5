package kz.qaqpa.batching.kv.host;

/**
 * Confined to the step loop. What it costs to bring KV back: to move a host block, to read a token
 * of a prompt, to compute a token of an answer once more. Measured while the engine runs, as moving
 * averages; until something was measured, guesses that favour moving, which is right for all
 * engines known.
 *
 * <p>Also what may be spent on saving what nobody has asked for yet: a hundredth of the engine's
 * time, and half of the time that host blocks have saved. Where saved blocks are used, more is
 * saved; where moving is dear and nothing comes back, little is.
 */
public final class KvCosts {
  /** Part of an average that the newest value makes up. */
  private static final double NEWEST = 0.05;

  /**
   * A value counts as at most so many times the average: a pause of the machine is no price. What
   * has really become dearer is known after some values more.
   */
  private static final double MOST_TIMES = 8;

  /** From where on {@link #MOST_TIMES} holds; an average of nothing would stay there. */
  private static final double LEAST_NANOS = 1_000;

  private static final double SHARE_FOR_SAVING = 0.01;
  private static final double SHARE_OF_GAIN = 0.5;
  private static final double MOST_CREDIT = 1e9;

  private double credit = MOST_CREDIT;
  private double blockNanos = 200_000;
  private double promptTokenNanos = 100_000;
  private double rowNanos = 400_000;

  /** Host blocks were moved, which took so long before the step: what goes on beside it is free. */
  public void moved(int blocks, long nanos) {
    if (blocks > 0) {
      blockNanos = average(blockNanos, (double) nanos / blocks);
    }
  }

  /**
   * A step was executed.
   *
   * @param rows its rows
   * @param tokens its tokens; where they are no more than rows, answers alone were computed
   */
  public void executed(int rows, int tokens, long nanos) {
    earn(SHARE_FOR_SAVING * nanos);
    if (tokens == rows) {
      rowNanos = average(rowNanos, (double) nanos / rows);
    } else if (tokens >= 2 * rows) {
      promptTokenNanos = average(promptTokenNanos, (double) nanos / tokens);
    }
  }

  private static double average(double before, double newest) {
    double most = MOST_TIMES * Math.max(before, LEAST_NANOS);
    return before + NEWEST * (Math.min(newest, most) - before);
  }

  /** Tokens of a prompt came from host blocks. */
  public void found(int tokens) {
    earn(SHARE_OF_GAIN * compute(tokens, 0));
  }

  /** The engine has nothing else to do: time costs nothing. */
  public void rest() {
    credit = MOST_CREDIT;
  }

  private void earn(double nanos) {
    credit = Math.min(MOST_CREDIT, credit + nanos);
  }

  /** A block is saved that nobody has asked for yet. */
  public void spend() {
    credit = Math.max(-MOST_CREDIT, credit - move(1));
  }

  /** Whether there is anything left to {@link #spend}. */
  public boolean maySpend() {
    return credit > 0;
  }

  /** Nanoseconds to move host blocks one way. */
  public double move(int blocks) {
    return blocks * blockNanos;
  }

  /** Nanoseconds to compute tokens of a prompt, and then of an answer one by one. */
  public double compute(int promptTokens, int outputTokens) {
    return promptTokens * promptTokenNanos + outputTokens * rowNanos;
  }
}
