package kz.qaqpa.admin.action;

import java.nio.charset.StandardCharsets;
import kz.qaqpa.admin.AgencyMetrics;
import kz.qaqpa.admin.operator.Operator;
import kz.qaqpa.admin.operator.Right;
import kz.qaqpa.admin.route.AdminAction;
import kz.qaqpa.admin.route.AdminBodies;
import kz.qaqpa.http.route.MetricsRoute;
import kz.qaqpa.http.wire.Exchange;
import kz.qaqpa.metrics.GatewayMetrics;
import reactor.core.publisher.Mono;

/** {@code GET /metrics} of the admin port: those of the serving port, and who uses how much. */
public final class AdminMetricsAction implements AdminAction {
  private final GatewayMetrics metrics;
  private final AgencyMetrics agencies;
  private final AdminBodies bodies;

  /**
   * @param metrics those of the serving port
   */
  public AdminMetricsAction(GatewayMetrics metrics, AgencyMetrics agencies, AdminBodies bodies) {
    this.metrics = metrics;
    this.agencies = agencies;
    this.bodies = bodies;
  }

  @Override
  public boolean isAt(String path) {
    return path.equals("/metrics");
  }

  @Override
  public String method() {
    return "GET";
  }

  @Override
  public Right right() {
    return Right.METRICS;
  }

  @Override
  public Mono<Void> serve(Exchange exchange, Operator who) {
    return agencies
        .scrape()
        .publishOn(bodies.edge(exchange))
        .flatMap(more -> {
          byte[] text =
              (metrics.scrape() + metrics.scrapeAgencies() + more).getBytes(StandardCharsets.UTF_8);
          return exchange.send(200, MetricsRoute.TYPE, text);
        });
  }
}
