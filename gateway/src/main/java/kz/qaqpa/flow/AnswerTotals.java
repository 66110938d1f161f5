package kz.qaqpa.flow;

import kz.qaqpa.http.api.Usage;
import org.jspecify.annotations.Nullable;

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

  /** A choice has ended; the usage of all if it was the last. */
  @Nullable Usage ended(String reason) {
    open--;
    if (open > 0) {
      return null;
    }
    trace.finished(reason);
    return new Usage(trace.promptTokens(), trace.cachedTokens(), trace.outputTokens());
  }
}
