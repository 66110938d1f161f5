package kz.qaqpa.chaos.stage;

/**
 * How a client's request ended for it.
 *
 * @param request id that the client gave it
 * @param end what the client got
 * @param code of the error, the status without one, or empty
 * @param prompt tokens of the question, as the answer says; 0 where it says nothing
 * @param output tokens of the answer: as it says at its end, else those that came
 * @param created when that was, in seconds by the gateway's clock; 0 where it says nothing
 * @param asked {@link System#nanoTime} of its beginning
 * @param ended the same of its end
 */
public record Outcome(
    String request,
    End end,
    String code,
    long prompt,
    long output,
    long created,
    long asked,
    long ended) {

  /** What there is. */
  public enum End {
    /** The whole answer. */
    WHOLE,
    /** The beginning of an answer, and an event that says why there is no more. */
    FAILED,
    /** No answer, and why. */
    REFUSED,
    /** A connection that was closed, or could not be made. */
    CUT
  }
}
