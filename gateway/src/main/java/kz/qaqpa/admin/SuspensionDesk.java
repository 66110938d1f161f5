package kz.qaqpa.admin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.admin.SuspensionSpool.Waiting;
import kz.qaqpa.admin.audit.Audit;
import kz.qaqpa.admin.audit.AuditEvent;
import kz.qaqpa.admin.operator.Operator;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.admission.suspension.Suspension;
import kz.qaqpa.admission.suspension.SuspensionRegister;
import kz.qaqpa.admission.suspension.Suspensions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Takes applications out of service and puts them back, one at a time: the audit record first, then
 * the register, then this gateway.
 *
 * <p>While the database is away an application can still be suspended: it is a switch for
 * emergencies. Record and suspension then go to a file, are in force here at once, and are written
 * in their order when the database is back. It cannot be resumed: nothing burns when that waits.
 */
public final class SuspensionDesk implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SuspensionDesk.class);
  private static final String SUSPEND = "application.suspend";
  private static final String RESUME = "application.resume";
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final Suspensions suspensions;
  private final SuspensionRegister register;
  private final Audit audit;
  private final SuspensionSpool spool;
  private final InstantSource clock;
  private final Lane lane = new Lane();
  private final Scheduler scheduler = Schedulers.newSingle("suspension-desk", true);
  private final Disposable retries;
  private volatile List<Waiting> waiting;

  private SuspensionDesk(
      Suspensions suspensions,
      SuspensionRegister register,
      Audit audit,
      SuspensionSpool spool,
      InstantSource clock,
      List<Waiting> waiting) {
    this.suspensions = suspensions;
    this.register = register;
    this.audit = audit;
    this.spool = spool;
    this.clock = clock;
    this.waiting = waiting;
    this.retries =
        Flux.interval(RETRY, scheduler)
            .onBackpressureDrop()
            .filter(_ -> !this.waiting.isEmpty())
            .concatMap(_ -> lane.run(drained()).onErrorComplete(), 1)
            .subscribe();
  }

  /**
   * Opens the desk, and starts the suspensions with what waits there.
   *
   * @param folder of the ledger
   * @throws IOException if what waits cannot be read: those suspensions would be lost
   */
  public static SuspensionDesk open(
      Suspensions suspensions,
      SuspensionRegister register,
      Audit audit,
      Path folder,
      InstantSource clock)
      throws IOException {
    SuspensionSpool spool = new SuspensionSpool(folder);
    List<Waiting> waiting = spool.read();
    suspensions.start(waiting.stream().map(Waiting::suspension).toList());
    return new SuspensionDesk(suspensions, register, audit, spool, clock, waiting);
  }

  /**
   * How it went.
   *
   * @param suspension what is in force now, null if nothing
   * @param everywhere whether the database has it; if not, other gateways do not know yet
   */
  public record Done(@Nullable Suspension suspension, boolean everywhere) {}

  /** Suspensions that are in force here and not in the database. */
  public int waiting() {
    return waiting.size();
  }

  /**
   * Takes an application out of service. One that is out already stays as it is, unless it was its
   * agency that took it out and now somebody for all agencies does.
   *
   * @return fails with {@link Refusal.Overloaded} if it could be written nowhere; then nothing was
   *     done
   */
  public Mono<Done> suspend(Operator who, String agency, String application, String reason) {
    return lane.run(
        Mono.defer(() -> {
          Suspension before = suspensions.find(agency + '/' + application);
          if (before != null && !outranks(who, before)) {
            // Nothing is done, so nothing is left undone where that cannot be written down.
            return audit
                .write(audit.event(who, SUSPEND, before.fullId(), before, before))
                .onErrorComplete()
                .thenReturn(new Done(before, !isWaiting(before)));
          }
          Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
          Suspension after = new Suspension(agency, application, who.signature(), reason, now);
          return suspended(after, audit.event(who, SUSPEND, after.fullId(), before, after));
        }));
  }

  private Mono<Done> suspended(Suspension suspension, AuditEvent event) {
    return drained()
        .then(Mono.defer(() -> audit.append(event)))
        .thenReturn(true)
        .onErrorReturn(false)
        .flatMap(audited -> {
          Waiting spooled = new Waiting(suspension, event, audited);
          return audited
              ? written(suspension)
                  .thenReturn(new Done(suspension, true))
                  .onErrorResume(_ -> spooled(spooled))
              : spooled(spooled);
        });
  }

  /**
   * Puts an application back into service.
   *
   * @return fails with {@link Refusal.Forbidden} if somebody for all agencies took it out and this
   *     is its agency; with {@link Refusal.Overloaded} while the database is away
   */
  public Mono<Done> resume(Operator who, String agency, String application, String reason) {
    String fullId = agency + '/' + application;
    return lane.run(
        Mono.defer(() -> {
          Suspension before = suspensions.find(fullId);
          if (before != null && who.agency() != null && Operator.isOfAllAgencies(before.by())) {
            throw new Refusal.Forbidden(
                "suspended_by_operator",
                "application: "
                    + fullId
                    + " was suspended by an operator (expected: one to resume it)");
          }
          return drained()
              .onErrorMap(_ -> away())
              .then(audit.write(audit.event(who, RESUME, fullId, before, new Resumed(reason))))
              .then(register.remove(agency, application).timeout(PATIENCE).onErrorMap(_ -> away()))
              .then(suspensions.remove(fullId))
              .thenReturn(new Done(null, true));
        }));
  }

  /** What the audit log says of a resumption. */
  record Resumed(String reason) {}

  private static Refusal away() {
    return new Refusal.Overloaded(
        "database: away, so the application stays suspended (expected: it back)");
  }

  private static boolean outranks(Operator who, Suspension before) {
    return who.agency() == null && !Operator.isOfAllAgencies(before.by());
  }

  private boolean isWaiting(Suspension suspension) {
    return waiting.stream().anyMatch(entry -> entry.suspension().equals(suspension));
  }

  private Mono<Void> written(Suspension suspension) {
    return register
        .put(suspension)
        .timeout(PATIENCE)
        .then(Mono.defer(() -> suspensions.put(suspension)));
  }

  private Mono<Done> spooled(Waiting entry) {
    List<Waiting> more = new ArrayList<>(waiting);
    more.add(entry);
    return replaced(more)
        .doOnSuccess(_ ->
            LOG.warn(
                "{} suspended {} while the database is away",
                entry.suspension().by(),
                entry.suspension().fullId()))
        .thenReturn(new Done(entry.suspension(), false))
        .onErrorMap(failure -> {
          LOG.error("suspensions: {}", String.valueOf(failure.getMessage()));
          return new Refusal.Overloaded(
              "suspension: can be written nowhere, so nothing was done (expected: database or disk"
                  + " back)");
        });
  }

  /** Writes what waits to the database, in its order; fails where it is still away. */
  private Mono<Void> drained() {
    return Mono.defer(
            () -> {
              if (waiting.isEmpty()) {
                return Mono.empty();
              }
              if (suspensions.isAway()) {
                return Mono.error(away());
              }
              return drain(waiting.getFirst());
            })
        .repeat(() -> !waiting.isEmpty())
        .then();
  }

  private Mono<Void> drain(Waiting first) {
    Mono<Void> audited =
        first.audited()
            ? Mono.empty()
            : audit
                .append(first.event())
                .then(Mono.defer(() -> replaced(first.inAuditLog(), rest())));
    return audited
        .then(Mono.defer(() -> written(first.suspension())))
        .then(Mono.defer(() -> replaced(rest())));
  }

  private List<Waiting> rest() {
    return waiting.subList(1, waiting.size());
  }

  private Mono<Void> replaced(Waiting first, List<Waiting> rest) {
    List<Waiting> all = new ArrayList<>();
    all.add(first);
    all.addAll(rest);
    return replaced(all);
  }

  private Mono<Void> replaced(List<Waiting> next) {
    List<Waiting> copy = List.copyOf(next);
    return Mono.<Void>fromRunnable(
            () -> {
              try {
                spool.write(copy);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
              waiting = copy;
              suspensions.hold(copy.stream().map(Waiting::suspension).toList());
            })
        .subscribeOn(scheduler);
  }

  /** Stops; what waits stays in its file, which is written to its end. */
  @Override
  public void close() {
    retries.dispose();
    scheduler.disposeGracefully().timeout(PATIENCE).onErrorComplete().block();
  }
}
