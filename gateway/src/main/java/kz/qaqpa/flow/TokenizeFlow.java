package kz.qaqpa.flow;

import java.util.concurrent.Callable;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.admission.Application;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The way of a request that wants tokens and no answer: admitted like any other, done on a
 * tokenizer thread, settled.
 */
public final class TokenizeFlow {
  private final AdmissionGate gate;
  private final TokenizePool pool;

  public TokenizeFlow(AdmissionGate gate, TokenizePool pool) {
    this.gate = gate;
    this.pool = pool;
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
        Mono.fromSupplier(() -> gate.admit(application)),
        _ -> {
          trace.enter(RequestTrace.Phase.TOKENIZE);
          return pool.call(work).publishOn(edge);
        },
        permit -> Mono.fromRunnable(permit::close));
  }
}
