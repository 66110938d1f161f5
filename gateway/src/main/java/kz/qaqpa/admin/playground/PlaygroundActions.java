package kz.qaqpa.admin.playground;

import java.util.List;
import kz.qaqpa.admin.audit.Audit;
import kz.qaqpa.admin.operator.Right;
import kz.qaqpa.admin.route.AdminAction;
import kz.qaqpa.admin.route.AdminBodies;
import kz.qaqpa.admission.AdmissionGate;

/** What the console needs of a gateway that serves. Functions only. */
public final class PlaygroundActions {
  private PlaygroundActions() {}

  /** Asking the model, verifying labels, and what may be seen. */
  public static List<AdminAction> of(
      Playground playground, AdmissionGate gate, Audit audit, AdminBodies bodies) {
    return List.of(
        new AboutAction(playground.model(), playground.developmentKey() != null),
        new TicketAction(playground, gate, audit, bodies),
        new RouteAction(
            "/admin/playground", "GET", Right.ASK, playground.sockets().route(playground.own())),
        new RouteAction("/admin/labels/verify", "POST", Right.LABELS, playground.verifying()));
  }
}
