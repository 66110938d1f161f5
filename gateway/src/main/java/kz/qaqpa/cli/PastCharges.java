package kz.qaqpa.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kz.qaqpa.admission.quota.QuotaBook;
import kz.qaqpa.admission.quota.Used;
import kz.qaqpa.admission.quota.WindowZone;
import kz.qaqpa.admission.quota.redis.PastUse;
import kz.qaqpa.ledger.IssuedLabel;
import kz.qaqpa.ledger.Ledger;
import kz.qaqpa.ledger.UsageRecord;
import kz.qaqpa.ledger.report.LedgerReader;
import kz.qaqpa.ledger.report.UsageTotal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * What the ledger says was used today and this month, for the quotas of a gateway that begins: a
 * restart empties no window. Any thread.
 */
final class PastCharges {
  private static final Logger LOG = LoggerFactory.getLogger(PastCharges.class);
  private static final Duration AGAIN = Duration.ofSeconds(1);

  private final LedgerReader reader;
  private final InstantSource clock;
  private volatile boolean unknown;

  PastCharges(LedgerReader reader, InstantSource clock) {
    this.reader = reader;
    this.clock = clock;
  }

  /** What each application used today and this month, by the calendar of Almaty. */
  Mono<List<PastUse>> all() {
    return Mono.defer(() -> {
      LocalDate today = LocalDate.ofInstant(clock.instant(), WindowZone.ID);
      LocalDate month = today.withDayOfMonth(1);
      Instant end = start(month.plusMonths(1));
      return Mono.zip(
          sums(start(today), end),
          sums(start(month), end),
          (ofDay, ofMonth) ->
              ofMonth.values().stream()
                  .map(total ->
                      new PastUse(
                          total.agency(),
                          total.application(),
                          today,
                          used(ofDay.get(key(total))),
                          used(total)))
                  .toList());
    });
  }

  /**
   * Tells a book what was used before. If the ledger cannot be read for so long, goes on trying;
   * until then {@link #guarding} lets nobody in.
   */
  void restore(QuotaBook book, Duration patience) {
    unknown = true;
    Mono<Void> restored =
        all()
            .doOnNext(past ->
                past.forEach(use ->
                    book.restore(use.agency(), use.application(), use.today(), use.thisMonth())))
            .doOnNext(past -> {
              unknown = false;
              LOG.info("quotas: {} applications had used something this month", past.size());
            })
            .then();
    try {
      restored.block(patience);
    } catch (RuntimeException e) {
      LOG.warn(
          "quotas: the ledger cannot be read, so nobody is let in: {}",
          String.valueOf(e.getMessage()));
      restored.retryWhen(Retry.fixedDelay(Long.MAX_VALUE, AGAIN)).subscribe();
    }
  }

  /** A ledger without room as long as it is not known what was used before. */
  Ledger guarding(Ledger ledger) {
    return new Ledger() {
      @Override
      public Mono<Void> append(UsageRecord record, @Nullable IssuedLabel label) {
        return ledger.append(record, label);
      }

      @Override
      public void refused(String agency, String application, String reason, Instant at) {
        ledger.refused(agency, application, reason, at);
      }

      @Override
      public @Nullable String full() {
        return unknown
            ? "quotas: not known yet what was used before (expected: the database)"
            : ledger.full();
      }
    };
  }

  private Mono<Map<String, UsageTotal>> sums(Instant from, Instant to) {
    return reader.sums(from, to).collect(HashMap::new, (map, total) -> map.put(key(total), total));
  }

  private static String key(UsageTotal total) {
    return total.agency() + '/' + total.application();
  }

  private static Used used(@Nullable UsageTotal total) {
    return total == null ? Used.NOTHING : new Used(total.tokens(), total.characters());
  }

  private static Instant start(LocalDate date) {
    return date.atStartOfDay(WindowZone.ID).toInstant();
  }
}
