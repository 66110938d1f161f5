package kz.qaqpa.admin;

import java.util.List;
import kz.qaqpa.admin.audit.AuditTrail;
import kz.qaqpa.admin.console.LiveSeries;
import kz.qaqpa.admin.operator.Operators;
import kz.qaqpa.admin.route.AdminAction;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.admission.suspension.Suspensions;
import kz.qaqpa.ledger.Ledger;
import kz.qaqpa.metrics.GatewayMetrics;
import kz.qaqpa.trace.RequestWatch;

/**
 * What the admin port stands on. The caller closes all of it, after the port.
 *
 * @param operators who may do something
 * @param agencies for whom
 * @param gate who is served now
 * @param suspensions who is not
 * @param desk where that is changed
 * @param trail where it is written down
 * @param ledger where refusals are counted
 * @param metrics what is counted
 * @param watch sees requests begin and end
 * @param series the engine second by second
 * @param more actions of others, such as reports
 */
public record AdminParts(
    Operators operators,
    AgencyList agencies,
    AdmissionGate gate,
    Suspensions suspensions,
    SuspensionDesk desk,
    AuditTrail trail,
    Ledger ledger,
    GatewayMetrics metrics,
    RequestWatch watch,
    LiveSeries series,
    List<AdminAction> more) {}
