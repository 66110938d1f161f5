package kz.qaqpa.ledger.report;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which records are meant.
 *
 * @param agency of this agency, or of all
 * @param application of this application of the agency, or of all
 * @param from not before
 * @param to before
 */
public record UsageFilter(
    @Nullable String agency, @Nullable String application, Instant from, Instant to) {

  /** Checks that an application comes with its agency. */
  public UsageFilter {
    if (application != null && agency == null) {
      throw new IllegalArgumentException("agency: absent (expected: the one of the application)");
    }
  }
}
