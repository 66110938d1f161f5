package kz.qaqpa.admin.route;

import java.util.List;
import java.util.function.Supplier;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.route.Route;
import kz.qaqpa.http.wire.Exchange;
import reactor.core.publisher.Mono;

/** {@code GET /healthz}: whether the admin port answers, and what is not as it should be. */
public final class AdminHealthRoute implements Route {
  private final Supplier<List<String>> problems;

  /**
   * @param problems words for whoever asks, without secrets: nobody shows a key here
   */
  public AdminHealthRoute(Supplier<List<String>> problems) {
    this.problems = problems;
  }

  @Override
  public boolean isAt(String path) {
    return path.equals("/healthz");
  }

  @Override
  public List<String> methods() {
    return List.of("GET");
  }

  @Override
  public Mono<Void> serve(Exchange exchange) {
    List<String> now = problems.get();
    return exchange.json(
        200, Json.bytes(new Json.Health(now.isEmpty() ? "ok" : "degraded", now, List.of())));
  }
}
