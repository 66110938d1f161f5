package kz.qaqpa.admission;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import kz.qaqpa.admission.quota.Demand;
import kz.qaqpa.admission.quota.Grant;
import kz.qaqpa.admission.quota.Outcome;
import kz.qaqpa.admission.quota.Pass;
import kz.qaqpa.admission.quota.QuotaStoreAway;
import kz.qaqpa.admission.quota.RateLimits;
import kz.qaqpa.admission.quota.Shortage;
import kz.qaqpa.admission.quota.Used;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** What a request holds of its application's limits, until it is closed. Any thread. */
public final class Permit implements AutoCloseable {
  private final Application application;
  private final InFlight request;
  private final Pass pass;
  private final Consumer<Permit> release;
  private final Sinks.Empty<Void> revoked = Sinks.empty();
  private final AtomicBoolean settled = new AtomicBoolean();
  private final AtomicBoolean left = new AtomicBoolean();

  Permit(Application application, InFlight request, Pass pass, Consumer<Permit> release) {
    this.application = application;
    this.request = request;
    this.pass = pass;
    this.release = release;
  }

  /** Whose it is. */
  public Application application() {
    return application;
  }

  /** What holds it. */
  InFlight request() {
    return request;
  }

  /** How the limits of requests stood when it was given. */
  public RateLimits rates() {
    return pass.rates();
  }

  /** Never completes; fails, on any thread, when the request may not go on, with the reason. */
  public Mono<Void> revoked() {
    return revoked.asMono();
  }

  void revoke(Refusal why) {
    revoked.tryEmitError(why);
  }

  /**
   * Reserves prompts and answers in every window of agency and application, all or nothing; once.
   *
   * @return what was granted: answers shrink to what is left. {@link Refusal.OverQuota} if too
   *     little is left, {@link Refusal.BeyondQuota} if a limit itself is too small, {@link
   *     Refusal.QuotaUnavailable} if nobody can say now, {@link IllegalStateException} if the
   *     permit was closed meanwhile
   */
  public Mono<Grant> reserve(Demand demand) {
    return pass.reserve(demand)
        .onErrorMap(QuotaStoreAway.class, away -> new Refusal.QuotaUnavailable(away.text()))
        .map(Permit::granted);
  }

  private static Grant granted(Outcome outcome) {
    return switch (outcome) {
      case Grant grant -> grant;
      case Shortage shortage -> throw refusal(shortage);
    };
  }

  /** What clients are told of a shortage. */
  static Refusal refusal(Shortage shortage) {
    String limit = shortage.setting() + " of " + shortage.whose() + ": ";
    return switch (shortage.kind()) {
      case PASSING, LASTING ->
          new Refusal.OverQuota(
              limit + shortage.found() + " (expected: at most " + shortage.most() + " now)",
              shortage.retryAfter(),
              shortage.kind() == Shortage.Kind.LASTING,
              shortage.rates());
      case NEVER ->
          new Refusal.BeyondQuota(
              limit
                  + shortage.found()
                  + ", prompt and shortest answer (expected: at most "
                  + shortage.most()
                  + ")");
    };
  }

  /** Nothing is left of the request; what was not settled was not used. Idempotent. */
  @Override
  public void close() {
    settle(Used.NOTHING);
    if (left.compareAndSet(false, true)) {
      release.accept(this);
    }
  }

  /**
   * Counts what was used, at most what was reserved, and gives the rest back. Begins at once,
   * whether or not anybody subscribes. The request goes on until {@link #close}: its client may
   * still be told. Idempotent.
   *
   * @return completes when it is counted
   */
  public Mono<Void> settle(Used used) {
    return settled.compareAndSet(false, true) ? pass.close(used) : Mono.empty();
  }
}
