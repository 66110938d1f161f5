package kz.qaqpa.ledger.label;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which labels are meant.
 *
 * @param from not before
 * @param to before
 * @param agency of this agency, or of all
 * @param application of this application of the agency, or of all
 * @param model of this model, or of all
 * @param risk of this risk, or of all
 * @param after those that follow the label of this id, or null
 * @param limit at most so many
 */
public record LabelFilter(
    Instant from,
    Instant to,
    @Nullable String agency,
    @Nullable String application,
    @Nullable String model,
    @Nullable String risk,
    @Nullable String after,
    long limit) {

  /** Checks that an application comes with its agency. */
  public LabelFilter {
    if (application != null && agency == null) {
      throw new IllegalArgumentException("agency: absent (expected: the one of the application)");
    }
  }
}
