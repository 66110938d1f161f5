package kz.qaqpa.admission.quota;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * What all agencies have used and hold, in this process. Accounts are found by the ids of agency
 * and application, so limits may change while requests run. Any thread; waits for nobody but other
 * requests of the same agency, for less than a microsecond each.
 */
public final class QuotaBook implements QuotaStore {
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

  @Override
  public Entry enter(Subject subject) {
    return of(subject.agency()).enter(subject);
  }

  @Override
  public Mono<List<Reading>> read(String agency, @Nullable String application) {
    return Mono.fromSupplier(() -> readings(agency, application));
  }

  /** As {@link #read}, on this thread. */
  public List<Reading> readings(String agency, @Nullable String application) {
    return of(agency).readings(application);
  }

  @Override
  public QuotaTotals totals() {
    QuotaTotals sum = QuotaTotals.NONE;
    for (AgencyBook agency : agencies.values()) {
      sum = agency.plus(sum);
    }
    return sum;
  }

  @Override
  public Duration clockBehind() {
    return calendar.behind();
  }

  @Override
  public Health health() {
    return new Health("memory", true, Used.NOTHING, 0, 0);
  }

  @Override
  public void close() {}

  /**
   * Counts what an application used today and this month before this process began; also for its
   * agency. To be called before anybody enters.
   */
  public void restore(String agency, String application, Used today, Used thisMonth) {
    of(agency).restore(application, today, thisMonth);
  }

  private AgencyBook of(String agency) {
    AgencyBook known = agencies.get(agency); // Without a lock.
    return known != null
        ? known
        : agencies.computeIfAbsent(agency, id -> new AgencyBook(id, calendar, nanoTime));
  }
}
