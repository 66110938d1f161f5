package kz.qaqpa.http.route;

import java.nio.charset.StandardCharsets;
import java.util.List;
import kz.qaqpa.http.wire.Exchange;
import kz.qaqpa.metrics.GatewayMetrics;
import reactor.core.publisher.Mono;

/** {@code GET /metrics}, in Prometheus' text format. */
public final class MetricsRoute implements Route {
  private static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final GatewayMetrics metrics;

  public MetricsRoute(GatewayMetrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public boolean isAt(String path) {
    return path.equals("/metrics");
  }

  @Override
  public List<String> methods() {
    return List.of("GET");
  }

  @Override
  public Mono<Void> serve(Exchange exchange) {
    return exchange.send(200, TYPE, metrics.scrape().getBytes(StandardCharsets.UTF_8));
  }
}
