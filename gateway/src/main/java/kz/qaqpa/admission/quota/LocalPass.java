package kz.qaqpa.admission.quota;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** A pass of a {@link QuotaBook}. Its fields are guarded by the lock of its {@link AgencyBook}. */
public final class LocalPass implements Pass {
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

  LocalPass(AgencyBook book, Account application, int minGrant, RateLimits rates) {
    this.book = book;
    this.application = application;
    this.minGrant = minGrant;
    this.rates = rates;
  }

  @Override
  public RateLimits rates() {
    return rates;
  }

  @Override
  public Mono<Outcome> reserve(Demand demand) {
    return Mono.fromSupplier(() -> reserveNow(demand));
  }

  @Override
  public Mono<Void> close(Used used) {
    closeNow(used);
    return Mono.empty();
  }

  /** As {@link #reserve}, on this thread. */
  public Outcome reserveNow(Demand demand) {
    return book.reserve(this, demand);
  }

  /** As {@link #close}, on this thread. */
  public void closeNow(Used used) {
    book.close(this, used);
  }
}
