package kz.qaqpa.http.route;

import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.batching.BatchingEngine;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.wire.Exchange;
import reactor.core.publisher.Mono;

/**
 * {@code GET /livez}: does the process answer; {@code GET /readyz}: should it be sent requests, and
 * if not, why; and what does not keep it from that, but should be looked at.
 */
public final class HealthRoute implements Route {
  private final AdmissionGate gate;
  private final BatchingEngine engine;

  public HealthRoute(AdmissionGate gate, BatchingEngine engine) {
    this.gate = gate;
    this.engine = engine;
  }

  @Override
  public boolean isAt(String path) {
    return path.equals("/livez") || path.equals("/readyz");
  }

  @Override
  public List<String> methods() {
    return List.of("GET");
  }

  @Override
  public Mono<Void> serve(Exchange exchange) {
    if (exchange.path().equals("/livez")) {
      return exchange.json(200, Json.bytes(new Json.Health("alive", List.of(), List.of())));
    }
    List<String> reasons = new ArrayList<>();
    if (gate.draining()) {
      reasons.add("server: stopping");
    }
    if (!engine.healthy()) {
      reasons.add("engine: stopped after a failure");
    }
    String full = gate.full();
    if (full != null) {
      reasons.add(full);
    }
    boolean ready = reasons.isEmpty();
    return exchange.json(
        ready ? 200 : 503,
        Json.bytes(
            new Json.Health(
                ready ? "ready" : "not ready", reasons, gate.identification().upkeep().details())));
  }
}
