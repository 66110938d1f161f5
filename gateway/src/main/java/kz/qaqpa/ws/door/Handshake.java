package kz.qaqpa.ws.door;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.admission.Caller;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.DeadlineHeader;
import kz.qaqpa.http.api.Shown;
import kz.qaqpa.http.route.JsonDoor;
import kz.qaqpa.http.wire.Exchange;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Whether a request may become a session: who asks, from which page, in which version. Everything
 * is refused before the upgrade, where a client can still read why. Shared by all connections.
 */
final class Handshake {
  /** The subprotocol that is spoken; echoed to clients that offer it. */
  static final String PROTOCOL = "qaqpa.responses.v1";

  /** What a subprotocol that is a ticket begins with; never echoed. */
  static final String TICKET = "qaqpa.ticket.";

  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9+/]{22}==");

  private final JsonDoor door;
  private final AdmissionGate gate;
  private final Tickets tickets;
  private final Origins origins;

  Handshake(JsonDoor door, AdmissionGate gate, Tickets tickets, Origins origins) {
    this.door = door;
    this.gate = gate;
    this.tickets = tickets;
    this.origins = origins;
  }

  /** Whether WebSocket is asked for at all. */
  static boolean isUpgrade(Exchange exchange) {
    HttpHeaders headers = exchange.request().requestHeaders();
    return exchange.request().version().equals(HttpVersion.HTTP_1_1)
        && headers.containsValue(HttpHeaderNames.CONNECTION, "upgrade", true)
        && headers.containsValue(HttpHeaderNames.UPGRADE, "websocket", true);
  }

  /**
   * Lets a request in.
   *
   * @return who it is from, noted in the trace; a {@link Refusal} if it is not let in, and a ticket
   *     that it showed is spent all the same
   */
  Mono<Caller> accept(Exchange exchange) {
    HttpHeaders headers = exchange.request().requestHeaders();
    return whoAsks(exchange, headers).doOnNext(_ -> check(exchange, headers));
  }

  private void check(Exchange exchange, HttpHeaders headers) {
    origins.check(
        headers.getAll(HttpHeaderNames.ORIGIN),
        (InetSocketAddress) exchange.channel().localAddress());
    String version = headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION);
    if (!"13".equals(version)) {
      throw new Refusal.UpgradeRequired(
          "Sec-WebSocket-Version: "
              + (version == null ? "absent" : Shown.text(version))
              + " (expected: 13)");
    }
    String key = headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY);
    if (key == null || !KEY.matcher(key).matches()) {
      throw bad("Sec-WebSocket-Key: malformed (expected: 16 bytes in Base64)");
    }
    if (headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
        || !"0".equals(headers.get(HttpHeaderNames.CONTENT_LENGTH, "0"))) {
      throw bad("body: present (expected: none)");
    }
    DeadlineHeader.read(headers.get(DeadlineHeader.NAME));
    if (gate.draining()) {
      throw new Refusal.Draining();
    }
  }

  private Mono<Caller> whoAsks(Exchange exchange, HttpHeaders headers) {
    Caller shown = null;
    boolean any = false;
    for (String protocol : offered(headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL))) {
      if (protocol.startsWith(TICKET)) {
        any = true;
        Caller of = tickets.spend(protocol.substring(TICKET.length()));
        shown = shown == null ? of : shown;
      }
    }
    String authorization = exchange.header(HttpHeaderNames.AUTHORIZATION);
    if (authorization == null && any) {
      if (shown == null) {
        throw new Refusal.Unauthorized(
            "ticket: unknown, used or too old (expected: one of POST /v1/ws-tickets, "
                + Tickets.LIFETIME.toSeconds()
                + " s old at most)");
      }
      // The key may have been withdrawn since.
      Caller caller = gate.identification().renew(shown);
      exchange.trace().from(caller.application().agency().id(), caller.application().id());
      return Mono.just(caller);
    }
    return door.identify(exchange);
  }

  /** The subprotocol to echo, or null: who offered none must be told none. */
  @Nullable String protocol(Exchange exchange) {
    // Netty looks at the first header only, and so must whoever tells it what to look for.
    String first = exchange.header(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
    return first != null && offered(List.of(first)).contains(PROTOCOL) ? PROTOCOL : null;
  }

  private static List<String> offered(List<String> headers) {
    List<String> protocols = new ArrayList<>();
    for (String header : headers) {
      for (String protocol : header.split(",", -1)) {
        protocols.add(protocol.strip());
      }
    }
    return protocols;
  }

  private static Refusal.BadRequest bad(String message) {
    return new Refusal.BadRequest(null, "invalid_handshake", message);
  }
}
