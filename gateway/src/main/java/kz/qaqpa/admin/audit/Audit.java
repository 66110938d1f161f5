package kz.qaqpa.admin.audit;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import kz.qaqpa.admin.operator.Operator;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.Json;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/** Writes down what operators do, before it is done: what cannot be written is not done. */
public final class Audit {
  private static final Logger LOG = LoggerFactory.getLogger(Audit.class);
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final AuditTrail trail;
  private final InstantSource clock;

  public Audit(AuditTrail trail, InstantSource clock) {
    this.trail = trail;
    this.clock = clock;
  }

  /** An event of now; what was before and is after become JSON. */
  public AuditEvent event(
      Operator who, String action, String target, @Nullable Object before, @Nullable Object after) {
    // The database keeps microseconds, and the hash is over what it keeps.
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    return new AuditEvent(who.signature(), action, target, json(before), json(after), now);
  }

  /** Writes an event down as it is; fails as the log does, or after three seconds. */
  public Mono<Void> append(AuditEvent event) {
    return trail.append(event).timeout(PATIENCE);
  }

  /** The same; what goes wrong becomes {@link Refusal.Overloaded}, which says so. */
  public Mono<Void> write(AuditEvent event) {
    return append(event)
        .onErrorMap(failure -> {
          LOG.error("audit: {}", String.valueOf(failure.getMessage()));
          return new Refusal.Overloaded(
              "audit: cannot be written now, so nothing was done (expected: the database back)");
        });
  }

  /** What whoever wants to read the log is told when that fails. */
  public static Refusal unreadable(Throwable failure) {
    LOG.error("audit: {}", String.valueOf(failure.getMessage()));
    return new Refusal.Overloaded("audit: cannot be read now (expected: the database back)");
  }

  private static @Nullable String json(@Nullable Object value) {
    return value == null ? null : new String(Json.bytes(value), StandardCharsets.UTF_8);
  }
}
