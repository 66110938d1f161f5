package kz.qaqpa.admin.action;

import kz.qaqpa.admin.operator.Operator;
import kz.qaqpa.admin.operator.Right;
import kz.qaqpa.admin.route.AdminAction;
import kz.qaqpa.http.usage.Reader;
import kz.qaqpa.http.usage.UsageReports;
import kz.qaqpa.http.usage.UsageRoute;
import kz.qaqpa.http.wire.Exchange;
import reactor.core.publisher.Mono;

/**
 * {@code GET /v1/usage}: what was used, by all agencies or by that of an agency-admin; at {@code
 * /admin/usage} for sessions too, whose cookies reach no further.
 */
public final class UsageAction implements AdminAction {
  private final UsageReports reports;

  /**
   * @param reports the serving port's, so that one reader's reports are counted together
   */
  public UsageAction(UsageReports reports) {
    this.reports = reports;
  }

  @Override
  public boolean isAt(String path) {
    return path.equals(UsageRoute.PATH) || path.equals("/admin/usage");
  }

  @Override
  public String method() {
    return "GET";
  }

  @Override
  public Right right() {
    return Right.USAGE;
  }

  @Override
  public Mono<Void> serve(Exchange exchange, Operator who) {
    String agency = who.agency();
    return reports.serve(
        exchange,
        agency == null
            ? new Reader.OfAll(who.signature())
            : new Reader.OfAgency(who.signature(), agency));
  }
}
