package kz.qaqpa.admin.playground;

import java.util.List;
import kz.qaqpa.admin.audit.Audit;
import kz.qaqpa.admin.operator.Operator;
import kz.qaqpa.admin.operator.Right;
import kz.qaqpa.admin.route.AdminAction;
import kz.qaqpa.admin.route.AdminBodies;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.Caller;
import kz.qaqpa.admission.Credentials;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.Fields;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.wire.Exchange;
import reactor.core.publisher.Mono;

/**
 * {@code POST /admin/playground/tickets}: an application's key, or none for the development
 * application, for a ticket that opens one session at {@code /admin/playground}. Who used which
 * application is written down.
 */
final class TicketAction implements AdminAction {
  private final Playground playground;
  private final AdmissionGate gate;
  private final Audit audit;
  private final AdminBodies bodies;

  TicketAction(Playground playground, AdmissionGate gate, Audit audit, AdminBodies bodies) {
    this.playground = playground;
    this.gate = gate;
    this.audit = audit;
    this.bodies = bodies;
  }

  /**
   * The answer.
   *
   * @param subprotocols what to connect with
   */
  record Body(String agency, String application, String model, List<String> subprotocols) {}

  @Override
  public boolean isAt(String path) {
    return path.equals("/admin/playground/tickets");
  }

  @Override
  public String method() {
    return "POST";
  }

  @Override
  public Right right() {
    return Right.ASK;
  }

  @Override
  public Mono<Void> serve(Exchange exchange, Operator who) {
    return bodies
        .read(exchange, this::key)
        .flatMap(key -> gate.authenticate(Credentials.of("Bearer " + key), bodies.edge(exchange)))
        .flatMap(caller -> issue(exchange, who, caller));
  }

  private String key(Fields body) {
    String given = body.privateString("key", "an application's key, or null");
    return Fields.required(
        given == null ? playground.developmentKey() : given, "key", "an application's key");
  }

  private Mono<Void> issue(Exchange exchange, Operator who, Caller caller) {
    Application application = caller.application();
    String agency = application.agency().id();
    if (!who.sees(agency)) {
      throw new Refusal.Forbidden(
          "agency_not_allowed", "key: of another agency (expected: of " + who.agency() + ")");
    }
    return audit
        .write(audit.event(who, "playground.ticket", application.fullId(), null, null))
        .publishOn(bodies.edge(exchange))
        .then(
            Mono.defer(() -> {
              Body body =
                  new Body(
                      agency,
                      application.id(),
                      playground.model(),
                      playground.sockets().subprotocols(caller));
              return exchange.json(200, Json.bytes(body));
            }));
  }
}
