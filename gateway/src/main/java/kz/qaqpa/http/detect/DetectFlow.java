package kz.qaqpa.http.detect;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.Permit;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.admission.quota.Demand;
import kz.qaqpa.admission.quota.Used;
import kz.qaqpa.flow.RandomIds;
import kz.qaqpa.flow.RequestTrace;
import kz.qaqpa.flow.TokenizePool;
import kz.qaqpa.ledger.Ledger;
import kz.qaqpa.ledger.UsageRecord;
import kz.qaqpa.ledger.UsageRecord.Charge;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The way of a request that is charged for a text and gets no answer from a model: admitted like
 * any other, tokenised, reserved in its quotas, done, settled and written down before its result is
 * told.
 */
final class DetectFlow {
  private static final String DONE = "done";
  private static final String ABORT = "abort";
  private static final String FAILED = "internal_error";

  private final AdmissionGate gate;
  private final TokenizePool pool;
  private final Ledger ledger;

  DetectFlow(AdmissionGate gate, TokenizePool pool, Ledger ledger) {
    this.gate = gate;
    this.pool = pool;
    this.ledger = ledger;
  }

  /**
   * A text that was tokenised.
   *
   * @param work what is to be done with it
   * @param charge what that is charged
   */
  record Counted<T>(T work, Charge charge) {}

  /**
   * Does the work under a permit, once it is reserved; from then on it is charged, whatever
   * happens.
   *
   * @param count tokenises, on a tokenizer thread
   * @param work on a tokenizer thread, too
   * @param edge where the result comes
   * @return the result, or a {@link Refusal}
   */
  <T, R> Mono<R> run(
      Application application,
      RequestTrace trace,
      Scheduler edge,
      Callable<Counted<T>> count,
      Function<Counted<T>, R> work) {
    return Mono.usingWhen(
        Mono.fromSupplier(() -> new Held(gate.admit(application, trace), trace)),
        held -> {
          trace.enter(RequestTrace.Phase.TOKENIZE);
          return pool.call(count)
              .flatMap(counted ->
                  held.reserve(counted.charge()).then(pool.call(() -> work.apply(counted))))
              .takeUntilOther(held.permit.revoked())
              .flatMap(result -> held.end(DONE).thenReturn(result))
              .publishOn(edge);
        },
        held -> held.leave(DONE),
        Held::fail,
        held -> held.leave(ABORT));
  }

  /** What one request holds. Any thread. */
  private final class Held {
    private final Permit permit;
    private final RequestTrace trace;
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile Charge charge = Charge.NOTHING;
    private volatile Instant reserved = Instant.now();

    Held(Permit permit, RequestTrace trace) {
      this.permit = permit;
      this.trace = trace;
    }

    Mono<Void> reserve(Charge wanted) {
      return permit
          .reserve(new Demand(wanted.promptTokens(), wanted.promptCharacters(), List.of()))
          .doOnNext(grant -> {
            reserved = grant.at();
            charge = wanted;
            trace.rates(grant.rates());
            trace.prompt(Math.toIntExact(wanted.promptTokens()));
          })
          .then();
    }

    /** Settles and writes down; a request that was refused has no record. Only once. */
    Mono<Void> end(String finish) {
      if (!ended.compareAndSet(false, true)) {
        return Mono.empty();
      }
      Mono<Void> settled = permit.settle(new Used(charge.tokens(), charge.characters()));
      return charge.equals(Charge.NOTHING) && !finish.equals(DONE)
          ? settled
          : Mono.when(settled, ledger.append(record(finish)));
    }

    /** The same, and gives the permit back, whether or not it could be written down. */
    Mono<Void> leave(String finish) {
      return end(finish).onErrorComplete().doFinally(_ -> permit.close());
    }

    /** What the tokenizer threads had no room for was not done. */
    Mono<Void> fail(Throwable failure) {
      if (failure instanceof Refusal.Overloaded) {
        charge = Charge.NOTHING;
      }
      return leave(failure instanceof Refusal ? ABORT : FAILED);
    }

    private UsageRecord record(String finish) {
      Application application = permit.application();
      return new UsageRecord(
          "det-" + RandomIds.hex(),
          trace.id(),
          reserved,
          new UsageRecord.Who(
              application.agency().id(), application.id(), String.valueOf(trace.model())),
          trace.language(),
          charge,
          0,
          new UsageRecord.Times(
              null, null, Duration.ofNanos(System.nanoTime() - trace.startNanos())),
          finish,
          null);
    }
  }
}
