package kz.qaqpa.admission.quota;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What all agencies have used and hold, in this process. Accounts are found by the ids of agency
 * and application, so limits may change while requests run. Any thread; waits for nobody but other
 * requests of the same agency, for less than a microsecond each.
 */
public final class QuotaBook {
  private final WindowCalendar calendar;
  private final LongSupplier nanoTime;
  private final ConcurrentMap<String, AgencyBook> agencies = new ConcurrentHashMap<>();

  /**
   * A book without entries.
   *
   * @param clock tells which window is open
   * @param nanoTime measures requests per second; as {@link System#nanoTime}
   */
  public QuotaBook(InstantSource clock, LongSupplier nanoTime) {
    this.calendar = new WindowCalendar(clock);
    this.nanoTime = nanoTime;
  }

  /** A book that goes by this machine's clocks. */
  public static QuotaBook system() {
    return new QuotaBook(InstantSource.system(), System::nanoTime);
  }

  /**
   * A counter of an account.
   *
   * @param counter which
   * @param limit {@link Long#MAX_VALUE} if there is none
   * @param settled used
   * @param reserved held by running requests
   */
  public record Reading(Counter counter, long limit, long settled, long reserved) {}

  /** Begins a request: takes a stream and counts it against the requests per second. */
  public Entry enter(Subject subject) {
    return of(subject.agency()).enter(subject);
  }

  /**
   * How the open windows stand, all of one moment.
   *
   * @param application null for the agency as a whole
   */
  public List<Reading> readings(String agency, @Nullable String application) {
    return of(agency).readings(application);
  }

  /** Sums over all agencies, each exact, together not of one moment. */
  public QuotaTotals totals() {
    QuotaTotals sum = QuotaTotals.NONE;
    for (AgencyBook agency : agencies.values()) {
      sum = agency.plus(sum);
    }
    return sum;
  }

  /** By how much the clock was set back and has not yet caught up: windows stand still so long. */
  public Duration clockBehind() {
    return calendar.behind();
  }

  private AgencyBook of(String agency) {
    AgencyBook known = agencies.get(agency); // Without a lock.
    return known != null
        ? known
        : agencies.computeIfAbsent(agency, id -> new AgencyBook(id, calendar, nanoTime));
  }
}
