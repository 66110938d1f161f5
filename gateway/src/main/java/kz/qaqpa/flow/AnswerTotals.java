package kz.qaqpa.flow;

import kz.qaqpa.batching.FinishReason;

/** What the choices of one answer add up to. Confined to the event loop. */
final class AnswerTotals {
  private final RequestTrace trace;
  private int open;

  /**
   * Nothing yet.
   *
   * @param choices how many there are
   */
  AnswerTotals(RequestTrace trace, int choices) {
    this.trace = trace;
    this.open = choices;
  }

  /** The end of a choice; with the usage of all if it was the last. */
  AnswerPart.Ending end(FinishReason reason) {
    open--;
    AnswerPart.Ending ending = new AnswerPart.Ending(reason, open > 0 ? null : trace.usage());
    if (open == 0) {
      trace.finished(ending.finishReason());
    }
    return ending;
  }
}
