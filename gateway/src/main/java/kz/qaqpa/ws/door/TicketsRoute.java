package kz.qaqpa.ws.door;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Instant;
import java.util.List;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.admission.Caller;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.route.JsonDoor;
import kz.qaqpa.http.route.Route;
import kz.qaqpa.http.wire.Exchange;
import reactor.core.publisher.Mono;

/** {@code POST /v1/ws-tickets}: a key for a ticket that a browser may have. */
public final class TicketsRoute implements Route {
  private final JsonDoor door;
  private final AdmissionGate gate;
  private final Tickets tickets;

  public TicketsRoute(JsonDoor door, AdmissionGate gate, Tickets tickets) {
    this.door = door;
    this.gate = gate;
    this.tickets = tickets;
  }

  /**
   * The answer.
   *
   * @param expiresAt seconds since 1970
   * @param subprotocols what to connect with: {@code new WebSocket(url, subprotocols)}
   */
  record Body(String ticket, long expiresAt, List<String> subprotocols) {}

  @Override
  public boolean isAt(String path) {
    return path.equals("/v1/ws-tickets");
  }

  @Override
  public List<String> methods() {
    return List.of("POST");
  }

  @Override
  public Mono<Void> serve(Exchange exchange) {
    return door.identify(exchange).flatMap(caller -> issue(exchange, caller));
  }

  private Mono<Void> issue(Exchange exchange, Caller caller) {
    if (gate.draining()) {
      throw new Refusal.Draining();
    }
    String ticket = tickets.issue(caller);
    Body body =
        new Body(
            ticket,
            Instant.now().plus(Tickets.LIFETIME).getEpochSecond(),
            List.of(Handshake.PROTOCOL, Handshake.TICKET + ticket));
    exchange.response().responseHeaders().set(HttpHeaderNames.CACHE_CONTROL, "no-store");
    return exchange.json(200, Json.bytes(body));
  }
}
