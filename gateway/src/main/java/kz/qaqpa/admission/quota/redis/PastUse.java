package kz.qaqpa.admission.quota.redis;

import java.time.LocalDate;
import java.util.List;
import kz.qaqpa.admission.quota.Used;
import reactor.core.publisher.Mono;

/**
 * What the ledger knows of an application.
 *
 * @param day the day in Almaty that {@code today} is of; its month is that of {@code thisMonth}
 * @param today used in the day
 * @param thisMonth used in the month, the day included
 */
public record PastUse(
    String agency, String application, LocalDate day, Used today, Used thisMonth) {

  /** Asked where Redis is found without counters: when it is new, or has lost what it knew. */
  @FunctionalInterface
  public interface Source {
    /** Nothing is known. */
    Source NONE = () -> Mono.just(List.of());

    /** Of all applications that have used anything in the month; may fail, and is asked again. */
    Mono<List<PastUse>> sums();
  }
}
