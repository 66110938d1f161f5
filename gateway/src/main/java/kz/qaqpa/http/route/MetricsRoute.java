package kz.qaqpa.http.route;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import kz.qaqpa.http.wire.Exchange;
import reactor.core.publisher.Mono;

/** {@code GET /metrics}, in Prometheus' text format. */
public final class MetricsRoute implements Route {
  /** Prometheus' text format. */
  public static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final Supplier<String> metrics;

  /**
   * @param metrics everything as of now, in that format
   */
  public MetricsRoute(Supplier<String> metrics) {
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
    return exchange.send(200, TYPE, metrics.get().getBytes(StandardCharsets.UTF_8));
  }
}
