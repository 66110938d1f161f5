package kz.qaqpa.report;

import kz.qaqpa.ledger.UsageRecord;
import reactor.core.publisher.Flux;

/** From records to the rows of a report. Functions only. */
public final class Report {
  private Report() {}

  /**
   * Sums up, on the thread that the records come on.
   *
   * @param records in the order of time, and only those that {@code query} asks for
   * @return the beginning with the first record, rows as soon as their time is over, the summary.
   *     Asks for records only as its parts are asked for, and cancels them when it is cancelled
   */
  public static Flux<Part> of(Flux<UsageRecord> records, ReportQuery query) {
    return Flux.defer(() -> {
      Aggregation aggregation = new Aggregation(query);
      return records
          .concatMapIterable(aggregation::add)
          .concatWith(Flux.defer(() -> Flux.fromIterable(aggregation.end())));
    });
  }
}
