package kz.qaqpa.http.responses;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.FieldGroups;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.api.Shown;
import kz.qaqpa.http.api.responses.ResponseJson;
import kz.qaqpa.http.route.JsonDoor;
import kz.qaqpa.http.route.Route;
import kz.qaqpa.http.wire.AnswerWriter;
import kz.qaqpa.http.wire.Exchange;
import kz.qaqpa.responses.ResponseStore;
import kz.qaqpa.responses.StoredResponse;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * {@code GET} and {@code DELETE /v1/responses/{id}}, {@code POST /v1/responses/{id}/cancel} and
 * {@code GET /v1/responses/{id}/input_items}. Shared by all connections.
 */
public final class StoredResponsesRoute implements Route {
  private static final String PREFIX = "/v1/responses/";

  private final Resource resource;
  private final JsonDoor door;
  private final ResponseStore store;
  private final AnswerWriter writer;

  /** What of a response is asked for; each has methods of its own. */
  public enum Resource {
    /** The response itself. */
    RESPONSE(""),
    /** Its end. */
    CANCEL("/cancel"),
    /** The conversation that it answered. */
    INPUT_ITEMS("/input_items");

    private final String suffix;

    Resource(String suffix) {
      this.suffix = suffix;
    }
  }

  public StoredResponsesRoute(
      Resource resource, JsonDoor door, ResponseStore store, AnswerWriter writer) {
    this.resource = resource;
    this.door = door;
    this.store = store;
    this.writer = writer;
  }

  @Override
  public boolean isAt(String path) {
    if (!path.startsWith(PREFIX) || !path.endsWith(resource.suffix)) {
      return false;
    }
    int end = path.length() - resource.suffix.length();
    return end > PREFIX.length() && path.indexOf('/', PREFIX.length()) == slash(path);
  }

  /** Where a further slash must be, or -1. */
  private int slash(String path) {
    return resource.suffix.isEmpty() ? -1 : path.length() - resource.suffix.length();
  }

  @Override
  public List<String> methods() {
    return switch (resource) {
      case RESPONSE -> List.of("GET", "DELETE");
      case CANCEL -> List.of("POST");
      case INPUT_ITEMS -> List.of("GET");
    };
  }

  @Override
  public Mono<Void> serve(Exchange exchange) {
    return door.authenticate(exchange).flatMap(application -> serve(exchange, application));
  }

  private Mono<Void> serve(Exchange exchange, Application application) {
    String path = exchange.path();
    String id = path.substring(PREFIX.length(), path.length() - resource.suffix.length());
    return switch (resource) {
      case RESPONSE ->
          exchange.method().equals("DELETE")
              ? delete(exchange, application, id)
              : get(exchange, application, id);
      case CANCEL -> cancel(exchange, application, id);
      case INPUT_ITEMS -> items(exchange, application, id);
    };
  }

  private Mono<Void> get(Exchange exchange, Application application, String id) {
    refuseStream(new QueryStringDecoder(exchange.request().uri()));
    StoredResponse response = found(application, id);
    return send(exchange, response, response.json());
  }

  /** Events are not kept, so they cannot be told again. */
  private static void refuseStream(QueryStringDecoder query) {
    List<String> stream = query.parameters().getOrDefault("stream", List.of());
    if (stream.stream().anyMatch(value -> !value.equals("false"))) {
      throw FieldGroups.unsupported(
          "stream", "not supported for stored responses (expected: false)");
    }
    if (query.parameters().containsKey("starting_after")) {
      throw FieldGroups.unsupported("starting_after");
    }
  }

  private Mono<Void> delete(Exchange exchange, Application application, String id) {
    if (!store.delete(application, id)) {
      throw notFound(id);
    }
    return exchange.json(200, Json.bytes(new ResponseJson.Deleted(id, "response", true)));
  }

  private Mono<Void> cancel(Exchange exchange, Application application, String id) {
    return store
        .cancel(application, id)
        .publishOn(door.edge(exchange))
        .switchIfEmpty(Mono.error(() -> notFound(id)))
        .flatMap(response -> send(exchange, response, response.json()));
  }

  private Mono<Void> items(Exchange exchange, Application application, String id) {
    StoredResponse response = found(application, id);
    Page page = Page.read(new QueryStringDecoder(exchange.request().uri()));
    return send(exchange, response, Json.bytes(page.of(response.inputItems())));
  }

  private Mono<Void> send(Exchange exchange, StoredResponse response, byte[] json) {
    AnswerWriter.Origin origin =
        new AnswerWriter.Origin(response.provider(), response.created(), null);
    return Mono.from(writer.whole(exchange, origin, Mono.just(json)));
  }

  private StoredResponse found(Application application, String id) {
    @Nullable StoredResponse response = store.find(application, id);
    if (response == null) {
      throw notFound(id);
    }
    return response;
  }

  private static Refusal.NotFound notFound(String id) {
    return new Refusal.NotFound(
        "response_id",
        "response_not_found",
        "response_id: "
            + Shown.text(id)
            + " (expected: a response of this application that is still stored)");
  }
}
