package kz.qaqpa.batching.schedule;

import kz.qaqpa.batching.pace.StepPace;
import kz.qaqpa.batching.schedule.Tally.Item;

/**
 * Confined to the step loop. Publishes how fast requests are served, for those who are to be told
 * before they wait whether their turn will come in time.
 */
final class ServiceRates {
  /** Answers of which the mean length is told. */
  private static final int ANSWERS = 64;

  /** Steps of which it is told how much longer they took than slots in full use would. */
  private static final int STEPS = 64;

  private static final double MOST_SLOWER = 3;

  private final StepPace pace;
  private final Tally tally;
  private final int slots;
  private final int cell;
  private double meanAnswer;
  private double plannedWork; // Of the step that was planned last.
  private long plannedNanos;
  private double work; // Of late, in steps beside which somebody waited, as it was expected,
  private double busy; // and as long as it took.
  private int answers;

  ServiceRates(StepPace pace, Tally tally, int slots, int cell) {
    this.pace = pace;
    this.tally = tally;
    this.slots = slots;
    this.cell = cell;
  }

  /** An answer came to its end. */
  void answered(int tokens) {
    answers = Math.min(answers + 1, ANSWERS);
    meanAnswer += (tokens - meanAnswer) / answers;
    tally.set(Item.ANSWER_TOKENS, (long) Math.ceil(meanAnswer));
  }

  /**
   * Once a step, when it is planned.
   *
   * @param now its time
   * @param live sequences that run or wait
   * @param decoding rows of the step that decode
   * @param promptTokens tokens of its other rows
   * @param unread prompt tokens of running sequences that are still to be read
   */
  void publish(long now, int live, int decoding, int promptTokens, long unread) {
    if (plannedWork > 0) {
      work += plannedWork - work / STEPS;
      busy += now - plannedNanos - busy / STEPS;
    }
    double prompt = pace.cellNanos() / cell;
    double output = pace.decodeNanos(slots) / slots; // Who waits does so behind full slots.
    plannedNanos = now;
    boolean full = live > slots && prompt > 0 && output > 0;
    plannedWork = full ? promptTokens * prompt + decoding * output : 0;
    double slower = work > 0 ? Math.min(Math.max(1, busy / work), MOST_SLOWER) : 1;
    tally.set(Item.UNREAD_PROMPT_TOKENS, unread);
    tally.set(Item.PROMPT_TOKEN_NANOS, (long) (slower * prompt));
    tally.set(Item.READ_TOKEN_NANOS, (long) (pace.cellNanosBeside(decoding) / cell));
    tally.set(Item.OUTPUT_TOKEN_NANOS, (long) (slower * output));
    tally.set(Item.STEP_NANOS, (long) pace.decodeNanos(Math.min(slots, live + 1)));
  }
}
