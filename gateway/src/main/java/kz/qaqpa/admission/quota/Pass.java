package kz.qaqpa.admission.quota;

import org.jspecify.annotations.Nullable;

/**
 * What one request holds of its agency's and its application's limits: a stream, and from {@link
 * #reserve} on tokens and characters. Any thread; its fields are guarded by the lock of its {@link
 * AgencyBook}.
 */
public final class Pass implements Entry {
  final Account application;
  final int minGrant;
  private final AgencyBook book;
  private final RateLimits rates;

  /** When the reservation was made, which says to which windows it belongs; null before. */
  WindowCalendar.@Nullable Moment moment;

  long tokens;
  long characters;
  boolean charactersLimited;
  boolean closed;

  Pass(AgencyBook book, Account application, int minGrant, RateLimits rates) {
    this.book = book;
    this.application = application;
    this.minGrant = minGrant;
    this.rates = rates;
  }

  /** How the limits of requests stood when it began. */
  public RateLimits rates() {
    return rates;
  }

  /**
   * Reserves prompts and answers in every window of agency and application, all or nothing. Answers
   * shrink to what is left. Once.
   *
   * @throws IllegalStateException if it was closed meanwhile, or has reserved
   */
  public Outcome reserve(Demand demand) {
    return book.reserve(this, demand);
  }

  /**
   * Ends the request: counts what was used, at most what was reserved, and gives the rest back to
   * the windows in which it was reserved. Idempotent.
   */
  public void close(Used used) {
    book.close(this, used);
  }
}
