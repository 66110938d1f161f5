package kz.qaqpa.http.labels;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.List;
import java.util.Optional;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.api.Shown;
import kz.qaqpa.http.net.ClientCertificates;
import kz.qaqpa.http.route.AddressLimit;
import kz.qaqpa.http.route.JsonDoor;
import kz.qaqpa.http.route.Route;
import kz.qaqpa.http.wire.Exchange;
import kz.qaqpa.label.Ulid;
import kz.qaqpa.ledger.label.RegisteredLabel;
import reactor.core.publisher.Mono;

/**
 * {@code GET /v1/labels/{id}}: what a label says, for everybody; for an application of the agency
 * that issued it also what its request came to.
 */
final class LabelRoute implements Route {
  private static final String PREFIX = "/v1/labels/";
  private static final List<String> OTHERS = List.of("verify", "detect");

  private final JsonDoor door;
  private final LabelLookup lookup;
  private final AddressLimit limit;

  LabelRoute(JsonDoor door, LabelLookup lookup, AddressLimit limit) {
    this.door = door;
    this.lookup = lookup;
    this.limit = limit;
  }

  @Override
  public boolean isAt(String path) {
    return path.startsWith(PREFIX) && !OTHERS.contains(id(path)) && id(path).indexOf('/') < 0;
  }

  @Override
  public List<String> methods() {
    return List.of("GET");
  }

  @Override
  public Mono<Void> serve(Exchange exchange) {
    String id = id(exchange.path());
    return agency(exchange)
        .flatMap(agency -> {
          if (!Ulid.matches(id)) {
            throw unknown(id);
          }
          return lookup
              .find(id)
              .switchIfEmpty(Mono.error(() -> unknown(id)))
              .flatMap(found ->
                  isOf(found, agency) ? lookup.whole(found) : Mono.just(LabelJson.of(found, null)));
        })
        .map(Json::bytes)
        .publishOn(door.edge(exchange))
        .flatMap(answer -> {
          exchange
              .response()
              .responseHeaders()
              .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
              .set(HttpHeaderNames.VARY, "Authorization");
          return exchange.json(200, answer);
        });
  }

  private static String id(String path) {
    return path.substring(PREFIX.length());
  }

  /** Whose application asks; nobody's is let in, too, but not as often as they like. */
  private Mono<Optional<String>> agency(Exchange exchange) {
    if (exchange.header(HttpHeaderNames.AUTHORIZATION) != null) {
      return door.authenticate(exchange).map(asks -> Optional.of(asks.agency().id()));
    }
    limit.count(exchange);
    if (ClientCertificates.of(exchange.channel()) == null) {
      return Mono.just(Optional.empty());
    }
    return door.authenticate(exchange)
        .map(asks -> Optional.of(asks.agency().id()))
        .onErrorReturn(Refusal.Unauthorized.class, Optional.empty());
  }

  private static boolean isOf(RegisteredLabel label, Optional<String> agency) {
    return agency.isPresent() && agency.get().equals(label.who().agency());
  }

  private static Refusal.NotFound unknown(String id) {
    return new Refusal.NotFound(
        "id",
        "label_not_found",
        "label: " + Shown.text(id) + " (expected: the id of one that is kept)");
  }
}
