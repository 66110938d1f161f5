package kz.qaqpa.admission.quota;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Words for how windows stand. Used under the lock of an {@link AgencyBook}, whose accounts it
 * reads.
 */
final class Shortages {
  private static final String STREAMS = "concurrentStreams";
  private static final String REQUESTS = "requestsPerSecond";

  /** Running requests give back what they do not use; that can be soon. */
  private static final Duration SOON = Duration.ofSeconds(1);

  private final WindowCalendar calendar;
  private final WindowCalendar.Moment moment;
  private final Account[] accounts;
  private final RateLimits.@Nullable Rate requests;

  /**
   * @param accounts the agency's and the application's
   * @param requests how their limit of requests stood when the request began
   */
  Shortages(
      WindowCalendar calendar,
      WindowCalendar.Moment moment,
      Account[] accounts,
      RateLimits.@Nullable Rate requests) {
    this.calendar = calendar;
    this.moment = moment;
    this.accounts = accounts;
    this.requests = requests;
  }

  /** All streams are taken: {@code streams} with the one that asks. */
  static Shortage ofStreams(String whose, long streams, long most) {
    return new Shortage(
        Shortage.Kind.PASSING, STREAMS, whose, streams, most, SOON, RateLimits.NONE);
  }

  /** Too many requests came in a short time. */
  static Shortage ofRequests(String whose, RateLimits.Rate rate, Duration untilNext) {
    return new Shortage(
        Shortage.Kind.PASSING,
        REQUESTS,
        whose,
        rate.limit() + 1,
        rate.limit(),
        untilNext,
        new RateLimits(rate, null, null));
  }

  /** Whether a window is short; else streams or requests, which are looked at before. */
  static boolean isOfWindow(Shortage shortage) {
    return !shortage.setting().equals(STREAMS) && !shortage.setting().equals(REQUESTS);
  }

  /**
   * Why a demand does not fit: the limit that is too small for ever, else the one that is in the
   * way longest.
   *
   * @param least tokens of the shortest answers worth giving
   */
  Shortage of(Demand demand, long least) {
    Shortage worst = null;
    for (Account account : accounts) {
      for (Counter counter : Counter.ALL) {
        long needed =
            counter.characters()
                ? demand.promptCharacters() + least * Demand.CHARACTERS_PER_TOKEN
                : demand.promptTokens() + least;
        if (account.left(counter) < needed) {
          Shortage shortage = of(account, counter, needed);
          if (worst == null || isWorse(shortage, worst)) {
            worst = shortage;
          }
        }
      }
    }
    if (worst == null) {
      throw new IllegalStateException("nothing is short");
    }
    return worst;
  }

  private static boolean isWorse(Shortage one, Shortage other) {
    return one.kind() == other.kind()
        ? one.retryAfter().compareTo(other.retryAfter()) > 0
        : one.kind().compareTo(other.kind()) > 0;
  }

  private Shortage of(Account account, Counter counter, long needed) {
    Shortage.Kind kind;
    Duration wait;
    long most = Math.max(0, account.left(counter));
    if (needed > account.cap(counter)) {
      kind = Shortage.Kind.NEVER;
      wait = Duration.ZERO;
      most = account.cap(counter);
    } else if (account.settled(counter) + needed <= account.cap(counter)) {
      kind = Shortage.Kind.PASSING;
      wait = SOON;
    } else {
      boolean minute = counter.window() == Counter.Window.MINUTE;
      kind = minute ? Shortage.Kind.PASSING : Shortage.Kind.LASTING;
      wait = calendar.until(moment, counter.window());
    }
    return new Shortage(kind, counter.setting(), account.name(), needed, most, wait, rates());
  }

  /** The tightest limits as clients are told of them. */
  RateLimits rates() {
    return new RateLimits(requests, tightest(false), tightest(true));
  }

  private RateLimits.@Nullable Rate tightest(boolean characters) {
    Account tightest = null;
    Counter of = Counter.TOKENS_PER_MINUTE;
    for (Account account : accounts) {
      for (Counter counter : Counter.ALL) {
        if (counter.characters() == characters
            && account.isLimited(counter)
            && (tightest == null || account.left(counter) < tightest.left(of))) {
          tightest = account;
          of = counter;
        }
      }
    }
    return tightest == null
        ? null
        : new RateLimits.Rate(
            tightest.cap(of), Math.max(0, tightest.left(of)), calendar.until(moment, of.window()));
  }
}
