package kz.qaqpa.cli;

import java.time.Instant;
import kz.qaqpa.ledger.Ledger;
import kz.qaqpa.ledger.UsageRecord;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Until there is a database. */
final class NoLedger implements Ledger {
  @Override
  public Mono<Void> append(UsageRecord record) {
    return Mono.empty();
  }

  @Override
  public void refused(String agency, String application, String reason, Instant at) {}

  @Override
  public @Nullable String full() {
    return null;
  }
}
