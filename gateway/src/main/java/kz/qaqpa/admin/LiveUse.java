package kz.qaqpa.admin;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.quota.QuotaStore;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** What is used now. Any thread; nothing waits. */
public final class LiveUse {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final AdmissionGate gate;

  public LiveUse(AdmissionGate gate) {
    this.gate = gate;
  }

  /**
   * How an account stands.
   *
   * @param windows null while the store of quotas is away
   */
  public record Account(@Nullable List<Window> windows) {}

  /**
   * A counter.
   *
   * @param counter such as {@code tokens_per_day}
   * @param limit null if there is none
   * @param settled used
   * @param reserved held by running requests
   */
  public record Window(String counter, @Nullable Long limit, long settled, long reserved) {
    static Window of(QuotaStore.Reading reading) {
      return new Window(
          reading.counter().name().toLowerCase(Locale.ROOT),
          reading.limit() == Long.MAX_VALUE ? null : reading.limit(),
          reading.settled(),
          reading.reserved());
    }
  }

  /**
   * How an account stands in the windows that are open.
   *
   * @param application null for the agency as a whole
   */
  public Mono<Account> of(String agency, @Nullable String application) {
    return gate.quotas()
        .read(agency, application)
        .timeout(PATIENCE)
        .map(readings -> new Account(readings.stream().map(Window::of).toList()))
        .onErrorReturn(new Account(null));
  }

  /** Requests of an application that run in this gateway. */
  public int streams(Application application) {
    return gate.live(application.fullId());
  }
}
