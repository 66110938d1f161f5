package kz.qaqpa.engine;

/** What a row of a step wants to know about the token that follows its last one. */
public enum LogitsMode {
  /**
   * Nothing: the chunk of a prompt that does not end it, or a token whose successor is known. The
   * engine skips the output head.
   */
  NONE,
  /** The {@link StepResult#CANDIDATES} best tokens and the logsumexp over the whole vocabulary. */
  CANDIDATES,
  /** As {@link #CANDIDATES}, and the logit of every token. */
  FULL
}
