package kz.qaqpa.flow;

import java.time.Duration;
import java.time.Instant;
import kz.qaqpa.ledger.IssuedLabel;
import kz.qaqpa.ledger.Ledger;
import kz.qaqpa.ledger.UsageRecord;
import kz.qaqpa.ledger.UsageRecord.Charge;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** What one request came to, as the ledger wants it. Any thread, once. */
final class RecordWriter implements Lease.Book {
  private final Ledger ledger;
  private final String id;
  private final UsageRecord.Who who;
  private final RequestTrace trace;

  RecordWriter(Ledger ledger, String id, UsageRecord.Who who, RequestTrace trace) {
    this.ledger = ledger;
    this.id = id;
    this.who = who;
    this.trace = trace;
  }

  RecordWriter(Ledger ledger, ChatFlow.Call call) {
    this(ledger, call.id(), call.who(), call.trace());
  }

  @Override
  public Mono<Void> write(Charge charge, Instant at, String finish, @Nullable IssuedLabel label) {
    return ledger.append(
        new UsageRecord(
            id,
            trace.id(),
            at,
            who,
            trace.language(),
            charge,
            trace.cachedTokens(),
            new UsageRecord.Times(
                nanos(trace.queueNanos()),
                nanos(trace.firstTokenNanos()),
                Duration.ofNanos(System.nanoTime() - trace.startNanos())),
            finish,
            label == null ? null : label.id()),
        label);
  }

  private static @Nullable Duration nanos(long known) {
    return known < 0 ? null : Duration.ofNanos(known);
  }
}
