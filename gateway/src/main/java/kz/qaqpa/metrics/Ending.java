package kz.qaqpa.metrics;

import org.jspecify.annotations.Nullable;

/**
 * How a request ended, as far as is counted.
 *
 * @param asked what was asked, by whom
 * @param outcome what became of it
 * @param tokens how many of which kind
 * @param times how long it took
 */
public record Ending(Asked asked, Outcome outcome, Tokens tokens, Times times) {

  /**
   * What was asked.
   *
   * @param agency whose application asked; null if nobody known did
   * @param operation {@code chat} or {@code text_completion}, as OpenTelemetry calls them; null if
   *     no text was asked for, or not understood
   * @param choices answers asked for, 0 if that is not known
   * @param maxTokens most tokens of each answer, 0 if its client did not say
   */
  public record Asked(
      @Nullable String agency, @Nullable String operation, int choices, int maxTokens) {}

  /**
   * What became of it.
   *
   * @param status HTTP status sent, 0 if none was
   * @param finish {@code stop}, {@code length} or {@code abort}; null if the engine never had it
   * @param error tag of the refusal or failure, or null
   * @param gone how far it had come when its client left, or null if it stayed
   */
  public record Outcome(
      int status, @Nullable String finish, @Nullable String error, @Nullable String gone) {}

  /**
   * Tokens.
   *
   * @param prompt of its prompts
   * @param cached of those, found in the cache
   * @param output of its answers
   */
  public record Tokens(int prompt, int cached, int output) {}

  /**
   * Times in nanoseconds, -1 where not known.
   *
   * @param total from its first byte to its end
   * @param quota waiting for its quotas
   * @param queue waiting for a slot
   * @param prefill from its first step to its first token
   * @param firstToken from its first byte to its first token
   * @param decode from its first token to its last
   */
  public record Times(
      long total, long quota, long queue, long prefill, long firstToken, long decode) {}
}
