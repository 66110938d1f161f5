package kz.qaqpa.report;

import java.math.BigDecimal;
import java.math.RoundingMode;
import kz.qaqpa.ledger.UsageRecord;
import org.jspecify.annotations.Nullable;

/**
 * Records summed up.
 *
 * @param requests how many
 * @param promptTokens tokens of their prompts, cached or not
 * @param cachedTokens of those, how many were remembered
 * @param outputTokens tokens of their answers
 * @param promptCharacters characters of the prompts' texts
 * @param outputCharacters characters of the answers' texts
 */
public record Totals(
    long requests,
    long promptTokens,
    long cachedTokens,
    long outputTokens,
    long promptCharacters,
    long outputCharacters) {
  /** Nothing at all. */
  public static final Totals NOTHING = new Totals(0, 0, 0, 0, 0, 0);

  private static final int DECIMALS = 4;

  /** One record more. */
  Totals plus(UsageRecord record) {
    UsageRecord.Charge charge = record.charge();
    return new Totals(
        requests + 1,
        promptTokens + charge.promptTokens(),
        cachedTokens + record.cachedTokens(),
        outputTokens + charge.outputTokens(),
        promptCharacters + charge.promptCharacters(),
        outputCharacters + charge.outputCharacters());
  }

  /** Both together. */
  public Totals plus(Totals other) {
    return new Totals(
        requests + other.requests,
        promptTokens + other.promptTokens,
        cachedTokens + other.cachedTokens,
        outputTokens + other.outputTokens,
        promptCharacters + other.promptCharacters,
        outputCharacters + other.outputCharacters);
  }

  /**
   * Tokens for each character, of questions and answers together, to four decimals: by how much a
   * limit in tokens weighs on who writes this language. Null without characters.
   */
  public @Nullable BigDecimal tokensPerCharacter() {
    long characters = promptCharacters + outputCharacters;
    return characters == 0
        ? null
        : BigDecimal.valueOf(promptTokens + outputTokens)
            .divide(BigDecimal.valueOf(characters), DECIMALS, RoundingMode.HALF_UP);
  }
}
