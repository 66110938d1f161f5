package kz.qaqpa.ws.door;

import io.netty.channel.Channel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.Caller;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.DeadlineHeader;
import kz.qaqpa.http.net.ConnectionGuard;
import kz.qaqpa.http.net.HostNames;
import kz.qaqpa.http.route.JsonDoor;
import kz.qaqpa.http.route.Route;
import kz.qaqpa.http.wire.Exchange;
import kz.qaqpa.label.AiDisclosure;
import kz.qaqpa.ws.Sessions;
import kz.qaqpa.ws.WsSettings;
import kz.qaqpa.ws.frame.EarlyBytes;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.FutureMono;
import reactor.netty.http.server.WebsocketServerSpec;

/**
 * {@code GET /v1/responses} with {@code Upgrade: websocket}: the Responses API's WebSocket mode.
 */
public final class WsRoute implements Route {
  private final Handshake handshake;
  private final Sessions sessions;
  private final AiDisclosure disclosure;
  private final int maxFrameBytes;

  /**
   * The route.
   *
   * @param own how this server is called
   */
  public WsRoute(
      JsonDoor door,
      AdmissionGate gate,
      Tickets tickets,
      HostNames own,
      WsSettings settings,
      Sessions sessions,
      AiDisclosure disclosure) {
    this.handshake = new Handshake(door, gate, tickets, new Origins(settings.origins(), own));
    this.sessions = sessions;
    this.disclosure = disclosure;
    this.maxFrameBytes = settings.maxMessageBytes();
  }

  @Override
  public boolean isAt(String path) {
    return path.equals("/v1/responses");
  }

  @Override
  public List<String> methods() {
    return List.of("GET");
  }

  @Override
  public Mono<Void> serve(Exchange exchange) {
    if (!Handshake.isUpgrade(exchange)) {
      throw new Refusal.MethodNotAllowed(
          "GET without Upgrade: websocket over HTTP/1.1", List.of("POST"));
    }
    EarlyBytes.refuseMeanwhile(exchange.channel());
    return Mono.defer(() -> handshake.accept(exchange))
        .doOnTerminate(() -> EarlyBytes.endMeanwhile(exchange.channel()))
        .flatMap(caller -> upgrade(exchange, caller));
  }

  private Mono<Void> upgrade(Exchange exchange, Caller caller) {
    Application application = caller.application();
    sessions.reserve(application, exchange.channel());
    exchange
        .head(101)
        .set(AiDisclosure.HEADER, disclosure.value(application.agency().id(), Instant.now()));
    EarlyBytes.refuse(exchange.channel());
    return exchange
        .response()
        .sendWebsocket((_, _) -> begin(exchange, caller), spec(handshake.protocol(exchange)));
  }

  /** Compression is never agreed to: a few bytes could become gigabytes. */
  private WebsocketServerSpec spec(@Nullable String protocol) {
    WebsocketServerSpec.Builder spec =
        WebsocketServerSpec.builder()
            .maxFramePayloadLength(maxFrameBytes)
            .handlePing(true)
            .compress(false);
    return (protocol == null ? spec : spec.protocols(protocol)).build();
  }

  private Publisher<Void> begin(Exchange exchange, Caller caller) {
    Channel channel = exchange.channel();
    ConnectionGuard.upgraded(channel);
    Duration deadline = DeadlineHeader.read(exchange.header(DeadlineHeader.NAME));
    sessions.begin(channel, caller, deadline, exchange.trace());
    return FutureMono.from(channel.closeFuture());
  }

  @Override
  public void drain() {
    sessions.drain();
  }

  @Override
  public boolean isDrained() {
    return sessions.isEmpty();
  }
}
