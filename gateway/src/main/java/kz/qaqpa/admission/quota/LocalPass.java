package kz.qaqpa.admission.quota;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** A pass of a {@link QuotaBook}. Its fields are guarded by the lock of its {@link AgencyBook}. */
public final class LocalPass implements Pass {
  final Account application;
  final int minGrant;

  /** Where it took a request. */
  final RequestRates requests;

  private final AgencyBook book;
  private final RateLimits rates;

  /** When the reservation was made, which says to which windows it belongs; null before. */
  WindowCalendar.@Nullable Moment moment;

  long tokens;
  long characters;
  boolean charactersLimited;
  boolean closed;

  LocalPass(AgencyBook book, Account application, int minGrant, RequestRates requests) {
    this.book = book;
    this.application = application;
    this.minGrant = minGrant;
    this.requests = requests;
    this.rates = requests.reading();
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

  /** As {@link #reserveNow}, under the limits of {@code subject}, of which streams count too. */
  public Outcome reserveUnder(Subject subject, Demand demand) {
    return book.reserveUnder(subject, this, demand);
  }

  /**
   * Counts what was granted elsewhere, whether or not there is room for it here; instead of {@link
   * #reserveNow}.
   *
   * @param characters of prompt and answers that were reserved
   */
  public void hold(Demand demand, Grant grant, long characters) {
    book.hold(this, demand, grant, characters);
  }

  /**
   * Counts a refusal that was decided elsewhere. As in one process, only a window that was short
   * costs a request per second; else the one that it took when it entered is given back.
   */
  public Shortage refuse(Shortage shortage) {
    book.refuse(this, shortage);
    return shortage;
  }

  /** By a thread that has the book's lock. */
  void requireNew() {
    if (closed || moment != null) {
      throw new IllegalStateException("reserve: the request is over, or has reserved");
    }
  }

  /**
   * As {@link #close}, on this thread.
   *
   * @return what was counted: nothing the second time
   */
  public Used closeNow(Used used) {
    return book.close(this, used);
  }
}
