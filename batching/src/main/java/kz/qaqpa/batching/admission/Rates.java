package kz.qaqpa.batching.admission;

import kz.qaqpa.batching.schedule.Tally;
import kz.qaqpa.batching.schedule.Tally.Item;

/**
 * How fast the engine is, as was measured last, in nanoseconds.
 *
 * @param promptNanos for a token of a prompt, those that are found in the cache counted in
 * @param outputNanos for a token of an answer, if all slots are in use that can be
 * @param readNanos from one token of a prompt to the next while others decode
 * @param stepNanos from one token of an answer to the next
 * @param answerTokens of an answer, on average
 */
record Rates(
    double promptNanos,
    double outputNanos,
    double readNanos,
    double stepNanos,
    double answerTokens) {

  static Rates of(Tally tally) {
    double computed = tally.get(Item.COMPUTED_PROMPT_TOKENS);
    double cached = tally.get(Item.CACHED_PROMPT_TOKENS);
    double missing = computed + cached == 0 ? 1 : computed / (computed + cached);
    return new Rates(
        missing * tally.get(Item.PROMPT_TOKEN_NANOS),
        tally.get(Item.OUTPUT_TOKEN_NANOS),
        missing * tally.get(Item.READ_TOKEN_NANOS),
        tally.get(Item.STEP_NANOS),
        tally.get(Item.ANSWER_TOKENS));
  }

  boolean areKnown() {
    return promptNanos > 0 && outputNanos > 0 && stepNanos > 0 && answerTokens > 0;
  }

  /** Time of the engine for so many tokens, whoever else is served beside them. */
  double work(long promptTokens, long outputTokens) {
    return promptTokens * promptNanos + outputTokens * outputNanos;
  }
}
