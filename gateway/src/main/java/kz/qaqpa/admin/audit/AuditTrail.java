package kz.qaqpa.admin.audit;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The audit log: records that cannot be changed unnoticed, each one hashed together with the one
 * before. Any thread; nothing waits.
 */
public interface AuditTrail {
  /** Writes an event down; durable when it completes. Fails while the database is away. */
  Mono<Void> append(AuditEvent event);

  /** Records in the order in which they were written, as they are asked for. */
  Flux<AuditRecord> read(AuditQuery query);

  /** Reads everything and looks whether anything was changed, removed or put in between. */
  Mono<AuditVerdict> verify();
}
