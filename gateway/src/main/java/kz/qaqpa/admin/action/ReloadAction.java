package kz.qaqpa.admin.action;

import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.admin.AgencyList;
import kz.qaqpa.admin.audit.Audit;
import kz.qaqpa.admin.operator.Operator;
import kz.qaqpa.admin.operator.Operators;
import kz.qaqpa.admin.operator.Right;
import kz.qaqpa.admin.route.AdminAction;
import kz.qaqpa.admin.route.AdminBodies;
import kz.qaqpa.admission.registry.Registry;
import kz.qaqpa.config.ConfigException;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.wire.Exchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** {@code POST /admin/reload}: reads {@code agencies.yaml} and {@code operators.yaml} again. */
public final class ReloadAction implements AdminAction {
  private final AgencyList agencies;
  private final Operators operators;
  private final Audit audit;
  private final AdminBodies bodies;
  private final Scheduler files;

  /**
   * @param files where waiting for the disk is allowed
   */
  public ReloadAction(
      AgencyList agencies, Operators operators, Audit audit, AdminBodies bodies, Scheduler files) {
    this.agencies = agencies;
    this.operators = operators;
    this.audit = audit;
    this.bodies = bodies;
    this.files = files;
  }

  /** How many there are of each. */
  record Sizes(int agencies, int applications, int operators) {}

  /**
   * The answer, and what the audit log says.
   *
   * @param refused whether a file was wrong; what was before then holds on
   */
  record Body(boolean refused, Sizes now, List<String> problems) {}

  @Override
  public boolean isAt(String path) {
    return path.equals("/admin/reload");
  }

  @Override
  public String method() {
    return "POST";
  }

  @Override
  public Right right() {
    return Right.RELOAD;
  }

  /** Two records: that it begins, without which it does not, and what came of it. */
  @Override
  public Mono<Void> serve(Exchange exchange, Operator who) {
    Sizes before = sizes();
    return audit
        .write(audit.event(who, "reload.begin", "registry", before, null))
        .then(Mono.fromCallable(this::reload).subscribeOn(files))
        .flatMap(body ->
            audit.write(audit.event(who, "reload.end", "registry", before, body)).thenReturn(body))
        .publishOn(bodies.edge(exchange))
        .flatMap(body -> exchange.json(body.refused() ? 409 : 200, Json.bytes(body)));
  }

  private Body reload() {
    boolean refused = agencies.reload() == Registry.Outcome.REFUSED;
    try {
      operators.reload();
    } catch (ConfigException e) {
      refused = true;
    }
    String wrong = operators.problem();
    List<String> problems = new ArrayList<>(agencies.problems());
    if (wrong != null) {
      problems.add(wrong);
    }
    return new Body(refused, sizes(), problems);
  }

  private Sizes sizes() {
    return new Sizes(
        agencies.agencies().size(),
        agencies.applications().size(),
        operators.directory().operators().size());
  }
}
