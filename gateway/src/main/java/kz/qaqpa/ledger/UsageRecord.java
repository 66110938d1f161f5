package kz.qaqpa.ledger;

import java.time.Duration;
import java.time.Instant;
import kz.qaqpa.language.Language;
import org.jspecify.annotations.Nullable;

/**
 * What one request that was let in came to, whatever its end. No text of prompts or answers.
 *
 * @param id the answer's, unique: a record that is written twice counts once
 * @param requestId as in logs; clients may choose it
 * @param at when its quota was reserved, which says to which windows it belongs; where nothing was
 *     reserved, when it was let in
 * @param who who asked, and of which model
 * @param language of the question
 * @param charge what it is charged
 * @param cachedTokens tokens of the prompt that were remembered
 * @param times how long it took
 * @param finish {@code stop}, {@code length}, {@code abort} or what went wrong
 * @param labelId id of the answer's label, if it has one
 */
public record UsageRecord(
    String id,
    String requestId,
    Instant at,
    Who who,
    Language language,
    Charge charge,
    int cachedTokens,
    Times times,
    String finish,
    @Nullable String labelId) {

  /**
   * Who asked, and of which model.
   *
   * @param agency id of the agency
   * @param application id of the application, unique within the agency
   * @param model id of the model as served
   */
  public record Who(String agency, String application, String model) {}

  /**
   * What a request is charged.
   *
   * @param promptTokens tokens of the prompts as far as they were read, cached or not
   * @param promptCharacters characters of their text
   * @param outputTokens tokens of all answers
   * @param outputCharacters characters of their text
   */
  public record Charge(
      long promptTokens, long promptCharacters, long outputTokens, long outputCharacters) {
    /** Nothing at all. */
    public static final Charge NOTHING = new Charge(0, 0, 0, 0);

    /** Both together. */
    public Charge plus(Charge other) {
      return new Charge(
          promptTokens + other.promptTokens,
          promptCharacters + other.promptCharacters,
          outputTokens + other.outputTokens,
          outputCharacters + other.outputCharacters);
    }

    /** Tokens in all. */
    public long tokens() {
      return promptTokens + outputTokens;
    }

    /** Characters in all. */
    public long characters() {
      return promptCharacters + outputCharacters;
    }
  }

  /**
   * How long it took.
   *
   * @param queue in the queue, null if it did not get out of it
   * @param firstToken from the first byte of the request to the first token, null if there was none
   * @param total from the first byte of the request to this record
   */
  public record Times(@Nullable Duration queue, @Nullable Duration firstToken, Duration total) {}
}
