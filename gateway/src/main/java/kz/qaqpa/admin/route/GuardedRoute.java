package kz.qaqpa.admin.route;

import java.util.List;
import kz.qaqpa.admin.audit.Audit;
import kz.qaqpa.admin.login.AdminDoor;
import kz.qaqpa.admin.operator.Operator;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.route.Route;
import kz.qaqpa.http.wire.Exchange;
import reactor.core.publisher.Mono;

/**
 * An action behind its guard: who asks, and whether they may. What somebody known may not do is
 * written down before they are told so.
 */
public final class GuardedRoute implements Route {
  private static final int LONGEST_PATH = 200;

  private final AdminAction action;
  private final AdminDoor door;
  private final Audit audit;
  private final AdminBodies bodies;

  public GuardedRoute(AdminAction action, AdminDoor door, Audit audit, AdminBodies bodies) {
    this.action = action;
    this.door = door;
    this.audit = audit;
    this.bodies = bodies;
  }

  @Override
  public boolean isAt(String path) {
    return action.isAt(path);
  }

  @Override
  public List<String> methods() {
    return List.of(action.method());
  }

  @Override
  public Mono<Void> serve(Exchange exchange) {
    Operator who = door.authenticate(exchange).operator();
    return Mono.defer(() -> allowed(exchange, who))
        .onErrorResume(Refusal.Forbidden.class, refusal -> refused(exchange, who, refusal));
  }

  private Mono<Void> allowed(Exchange exchange, Operator who) {
    if (!who.may(action.right())) {
      throw new Refusal.Forbidden(
          "role_not_allowed", "role: " + who.role() + " (expected: one that may do this)");
    }
    return action.serve(exchange, who);
  }

  /** What the audit log says of it. */
  record Refused(String reason) {}

  private Mono<Void> refused(Exchange exchange, Operator who, Refusal.Forbidden refusal) {
    String path = exchange.path();
    String target =
        exchange.method()
            + ' '
            + (path.length() > LONGEST_PATH ? path.substring(0, LONGEST_PATH) + '…' : path);
    return audit
        .write(audit.event(who, "refused", target, null, new Refused(refusal.code())))
        .publishOn(bodies.edge(exchange))
        .then(Mono.error(refusal));
  }
}
