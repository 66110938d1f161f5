package kz.qaqpa.http.route;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.api.Shown;
import kz.qaqpa.http.wire.Exchange;
import reactor.core.publisher.Mono;

/** {@code GET /v1/models} and {@code GET /v1/models/{id}}. */
public final class ModelsRoute implements Route {
  private static final String LIST = "/v1/models";

  private final JsonDoor door;
  private final Json.Model model;

  public ModelsRoute(JsonDoor door, Json.Model model) {
    this.door = door;
    this.model = model;
  }

  @Override
  public boolean isAt(String path) {
    return path.equals(LIST) || path.startsWith(LIST + "/");
  }

  @Override
  public List<String> methods() {
    return List.of("GET");
  }

  @Override
  public Mono<Void> serve(Exchange exchange) {
    return door.authenticate(exchange).flatMap(application -> serve(exchange, application));
  }

  /** The list has what the application may ask. */
  private Mono<Void> serve(Exchange exchange, Application application) {
    if (exchange.path().equals(LIST)) {
      boolean allowed = application.terms().allows(model.id());
      List<Json.Model> models = allowed ? List.of(model) : List.of();
      return exchange.json(200, Json.bytes(new Json.ModelList("list", models)));
    }
    String id = decoded(exchange.path().substring(LIST.length() + 1));
    if (!id.equals(model.id())) {
      throw new Refusal.NotFound(
          "model",
          "model_not_found",
          "model: " + Shown.text(id) + " (expected: \"" + model.id() + "\")");
    }
    application.requireAllowed(id);
    return exchange.json(200, Json.bytes(model));
  }

  private static String decoded(String segment) {
    try {
      return QueryStringDecoder.decodeComponent(segment.replace("+", "%2B"));
    } catch (IllegalArgumentException e) {
      return segment;
    }
  }
}
