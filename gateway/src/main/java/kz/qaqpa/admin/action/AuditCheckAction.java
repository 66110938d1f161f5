package kz.qaqpa.admin.action;

import kz.qaqpa.admin.audit.Audit;
import kz.qaqpa.admin.audit.AuditTrail;
import kz.qaqpa.admin.operator.Operator;
import kz.qaqpa.admin.operator.Right;
import kz.qaqpa.admin.route.AdminAction;
import kz.qaqpa.admin.route.AdminBodies;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.wire.Exchange;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** {@code GET /admin/audit/check}: whether anybody changed the audit log. */
public final class AuditCheckAction implements AdminAction {
  private final AuditTrail trail;
  private final AdminBodies bodies;

  public AuditCheckAction(AuditTrail trail, AdminBodies bodies) {
    this.trail = trail;
    this.bodies = bodies;
  }

  /**
   * The answer.
   *
   * @param head hash of the last record that is right: noted elsewhere, it shows whether records
   *     were cut off at the end
   */
  record Body(
      boolean intact,
      long records,
      @Nullable Long brokenAt,
      @Nullable String problem,
      String head) {}

  @Override
  public boolean isAt(String path) {
    return path.equals("/admin/audit/check");
  }

  @Override
  public String method() {
    return "GET";
  }

  @Override
  public Right right() {
    return Right.AUDIT;
  }

  @Override
  public Mono<Void> serve(Exchange exchange, Operator who) {
    return trail
        .verify()
        .onErrorMap(Audit::unreadable)
        .publishOn(bodies.edge(exchange))
        .flatMap(found -> {
          Body body =
              new Body(
                  found.broken() == null,
                  found.records(),
                  found.broken(),
                  found.problem(),
                  found.head());
          return exchange.json(200, Json.bytes(body));
        });
  }
}
