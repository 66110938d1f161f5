package kz.qaqpa.http.route;

import java.util.List;
import java.util.Set;
import kz.qaqpa.health.Readiness;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.wire.Exchange;
import reactor.core.publisher.Mono;

/**
 * {@code GET /livez}: does the process answer; {@code GET /startupz}: has it started, which it has
 * once it listens; {@code GET /readyz}: should it be sent requests, and if not, why; and what does
 * not keep it from that, but should be looked at.
 */
public final class HealthRoute implements Route {
  private static final Set<String> PATHS = Set.of("/livez", "/readyz", "/startupz");

  private final Readiness readiness;

  public HealthRoute(Readiness readiness) {
    this.readiness = readiness;
  }

  @Override
  public boolean isAt(String path) {
    return PATHS.contains(path);
  }

  @Override
  public List<String> methods() {
    return List.of("GET");
  }

  @Override
  public Mono<Void> serve(Exchange exchange) {
    return switch (exchange.path()) {
      case "/livez" -> told(exchange, 200, "alive");
      case "/startupz" -> told(exchange, 200, "started");
      default -> {
        List<String> reasons = readiness.reasons();
        boolean ready = reasons.isEmpty();
        yield exchange.json(
            ready ? 200 : 503,
            Json.bytes(
                new Json.Health(ready ? "ready" : "not ready", reasons, readiness.details())));
      }
    };
  }

  private static Mono<Void> told(Exchange exchange, int status, String state) {
    return exchange.json(status, Json.bytes(new Json.Health(state, List.of(), List.of())));
  }
}
