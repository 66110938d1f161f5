package kz.qaqpa.admission.quota.redis;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import kz.qaqpa.admission.quota.Demand;
import kz.qaqpa.admission.quota.Grant;
import kz.qaqpa.admission.quota.LocalPass;
import kz.qaqpa.admission.quota.Outcome;
import kz.qaqpa.admission.quota.Pass;
import kz.qaqpa.admission.quota.QuotaFallback;
import kz.qaqpa.admission.quota.RateLimits;
import kz.qaqpa.admission.quota.Shortage;
import kz.qaqpa.admission.quota.Subject;
import kz.qaqpa.admission.quota.Used;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** A pass of a {@link RedisQuotaStore}. Any thread; its fields are guarded by itself. */
final class RedisPass implements Pass {
  private final RedisQuotaStore store;
  private final LocalPass local;
  private final Subject subject;
  private final String id;
  private Held held = Held.NOTHING;
  private boolean closed;

  /** The share that was granted while Redis was away. */
  private @Nullable Grant share;

  /** Where something is reserved. */
  private enum Held {
    NOTHING,
    /** Redis was asked, and has not answered. */
    ASKED,
    IN_REDIS,
    /** Out of this gateway's share. */
    HERE,
    /** It was refused: nothing, and nothing will be. */
    REFUSED
  }

  /**
   * @param id of the reservation, of this request alone
   */
  RedisPass(RedisQuotaStore store, LocalPass local, Subject subject, String id) {
    this.store = store;
    this.local = local;
    this.subject = subject;
    this.id = id;
  }

  @Override
  public RateLimits rates() {
    return local.rates();
  }

  /** Fails with a {@link kz.qaqpa.admission.quota.QuotaStoreAway} if Redis has to be waited for. */
  @Override
  public Mono<Outcome> reserve(Demand demand) {
    return Mono.defer(() -> {
      begin();
      return store
          .link()
          .call(store.script().reserve(id, subject, demand))
          .map(reply -> answered(ReserveReply.of(subject, demand, local.rates(), reply), demand))
          .onErrorResume(failure ->
              failure instanceof IllegalStateException
                  ? Mono.error(failure)
                  : Mono.fromSupplier(() -> unanswered(demand, failure)));
    });
  }

  private synchronized void begin() {
    if (closed || held != Held.NOTHING) {
      throw new IllegalStateException("reserve: the request is over, or has reserved");
    }
    held = Held.ASKED;
  }

  private synchronized Outcome answered(ReserveReply reply, Demand demand) {
    if (closed || reply.outcome() == null) {
      // Redis has been told of the end, behind the question or before it.
      throw new IllegalStateException("reserve: the request is over");
    }
    store.behind(reply.behind());
    return switch (reply.outcome()) {
      case Grant grant -> {
        held = Held.IN_REDIS;
        local.hold(demand, grant, reply.characters());
        store.leases().add(subject.agency(), id);
        yield grant;
      }
      case Shortage shortage -> {
        held = Held.REFUSED;
        yield local.refuse(shortage);
      }
    };
  }

  private synchronized Outcome unanswered(Demand demand, Throwable failure) {
    if (closed) {
      throw new IllegalStateException("reserve: the request is over");
    }
    held = Held.REFUSED;
    if (!(failure instanceof CallNotPermittedException)) {
      settle(Used.NOTHING).subscribe(); // It may have been carried out.
    }
    if (subject.fallback() == QuotaFallback.CLOSED || !store.settlements().promise()) {
      throw RedisQuotaStore.away("quotas of application " + subject.application());
    }
    Outcome outcome = local.reserveUnder(subject.share(store.replicas(), true), demand);
    switch (outcome) {
      case Grant grant -> {
        held = Held.HERE;
        share = grant;
      }
      case Shortage shortage -> {
        store.settlements().release();
        if (shortage.kind() != Shortage.Kind.PASSING) {
          // The whole limit may have what a share of it has not.
          throw RedisQuotaStore.away(shortage.setting() + " of " + shortage.whose());
        }
      }
    }
    return outcome;
  }

  @Override
  public synchronized Mono<Void> close(Used used) {
    if (closed) {
      return Mono.empty();
    }
    closed = true;
    Used charge = local.closeNow(used);
    return switch (held) {
      case NOTHING, REFUSED -> Mono.empty();
      case ASKED -> settle(Used.NOTHING);
      case IN_REDIS -> {
        store.leases().remove(subject.agency(), id);
        yield settle(used);
      }
      case HERE -> count(charge);
    };
  }

  private Mono<Void> settle(Used used) {
    return store
        .settlements()
        .add(store.script().settle(subject.agency(), id, used), false, _ -> {});
  }

  /** Under another id: the first one has been given up. */
  private Mono<Void> count(Used charge) {
    if (share == null) {
      throw new IllegalStateException("no share without a grant");
    }
    return store
        .settlements()
        .add(
            store.script().count(id + "-share", subject, share.at(), charge),
            true,
            reply -> store.over(reply.number(), reply.number()));
  }
}
