package kz.qaqpa.flow;

import java.util.concurrent.Callable;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.admission.Application;
import kz.qaqpa.ledger.Ledger;
import kz.qaqpa.ledger.UsageRecord;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The way of a request that wants tokens and no answer: admitted like any other, done on a
 * tokenizer thread, settled.
 */
public final class TokenizeFlow {
  private static final String DONE = "done";

  private final AdmissionGate gate;
  private final TokenizePool pool;
  private final Ledger ledger;

  public TokenizeFlow(AdmissionGate gate, TokenizePool pool, Ledger ledger) {
    this.gate = gate;
    this.pool = pool;
    this.ledger = ledger;
  }

  /**
   * Does the work under a permit. A client that leaves takes waiting work out of the queue; work
   * that has begun ends, and its result is dropped.
   *
   * @param trace what is noted of the request
   * @param edge where the result comes: the connection's event loop
   * @return the result, or a {@link kz.qaqpa.admission.Refusal}
   */
  public <T> Mono<T> run(
      Application application, RequestTrace trace, Scheduler edge, Callable<T> work) {
    return Mono.usingWhen(
        Mono.fromSupplier(() -> admitted(application, trace)),
        lease -> {
          trace.enter(RequestTrace.Phase.TOKENIZE);
          return pool.call(work)
              .takeUntilOther(lease.permit().revoked())
              .flatMap(result -> lease.end(DONE).thenReturn(result))
              .publishOn(edge);
        },
        lease -> lease.leave(DONE),
        Lease::fail,
        lease -> lease.leave(Lease.ABORT));
  }

  private Lease admitted(Application application, RequestTrace trace) {
    return new Lease(
        gate.admit(application, trace),
        new RecordWriter(
            ledger,
            "tok-" + RandomIds.hex(),
            new UsageRecord.Who(
                application.agency().id(), application.id(), String.valueOf(trace.model())),
            trace));
  }
}
