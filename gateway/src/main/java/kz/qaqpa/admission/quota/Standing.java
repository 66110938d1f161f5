package kz.qaqpa.admission.quota;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How the accounts of an agency and of one of its applications stood, as another store tells it;
 * and what is said of that. It is said in the same words as by a {@link QuotaBook}. Immutable.
 */
public final class Standing {
  private final Subject subject;
  private final WindowCalendar calendar;
  private final WindowCalendar.Moment moment;
  private final Shortages shortages;

  /**
   * What was used and is held, by {@link Counter}.
   *
   * @param settled used
   * @param reserved held by running requests
   */
  @SuppressWarnings("ArrayRecordComponent") // On its way from a reply into an account.
  public record Counts(long[] settled, long[] reserved) {}

  /**
   * @param millis the store's time, milliseconds since 1970
   * @param minute the open minute, minutes since 1970: of {@code millis}, or a later one
   * @param requests how the limit of requests stands
   */
  public Standing(
      Subject subject,
      long millis,
      long minute,
      Counts agency,
      Counts application,
      RateLimits.@Nullable Rate requests) {
    this.subject = subject;
    Instant now = Instant.ofEpochMilli(millis);
    this.calendar = new WindowCalendar(() -> now);
    this.moment = WindowCalendar.at(WindowCalendar.startOfMinute(minute));
    Account[] accounts = {
      Account.shown(
          agencyName(subject), subject.agencyLimits(), agency.settled(), agency.reserved()),
      Account.shown(
          applicationName(subject), subject.limits(), application.settled(), application.reserved())
    };
    this.shortages = new Shortages(calendar, moment, accounts, requests);
  }

  /** A time of the windows that are open. */
  public Instant at() {
    return calendar.within(moment);
  }

  /** By how much the store's clock was set back and has not yet caught up. */
  public Duration behind() {
    return calendar.behind(moment);
  }

  /** The tightest limits. */
  public RateLimits rates() {
    return shortages.rates();
  }

  /** Why a demand did not fit into the windows. */
  public Shortage shortage(Demand demand) {
    return shortages.of(demand, demand.output(subject.minGrant()));
  }

  /**
   * All streams are taken.
   *
   * @param ofAgency whether those of the agency; else those of the application
   * @param streams with the one that asks
   */
  public static Shortage streams(Subject subject, boolean ofAgency, long streams, long most) {
    return Shortages.ofStreams(name(subject, ofAgency), streams, most);
  }

  /** Too many requests came in a short time; as {@link #streams}. */
  public static Shortage requests(
      Subject subject, boolean ofAgency, RateLimits.Rate rate, Duration untilNext) {
    return Shortages.ofRequests(name(subject, ofAgency), rate, untilNext);
  }

  private static String name(Subject subject, boolean ofAgency) {
    return ofAgency ? agencyName(subject) : applicationName(subject);
  }

  private static String agencyName(Subject subject) {
    return "agency " + subject.agency();
  }

  private static String applicationName(Subject subject) {
    return "application " + subject.application();
  }
}
