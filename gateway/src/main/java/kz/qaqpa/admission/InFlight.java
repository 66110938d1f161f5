package kz.qaqpa.admission;

/**
 * What operators may see of a request that holds a permit: how far it is, never what it says. Any
 * thread; each value is of the moment, all of them together are not one moment.
 */
public interface InFlight {
  /** As {@code x-request-id} names it. */
  String id();

  /**
   * How far it is: {@code body}, {@code tokenize}, {@code queue}, {@code prefill}, {@code stream}
   * or {@code done}.
   */
  String stage();

  /** When it came, as {@link System#nanoTime}. */
  long startNanos();

  /** Tokens of its prompts; 0 while they are not known. */
  int promptTokens();

  /** Tokens that were delivered. */
  int outputTokens();
}
