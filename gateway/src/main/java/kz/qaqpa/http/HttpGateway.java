package kz.qaqpa.http;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.flow.RequestTrace;
import kz.qaqpa.http.api.Shown;
import kz.qaqpa.http.net.AnswerWatch;
import kz.qaqpa.http.net.ConnectionGuard;
import kz.qaqpa.http.net.RenewedTls;
import kz.qaqpa.http.net.UnreadBodies;
import kz.qaqpa.http.route.Route;
import kz.qaqpa.http.wire.BareErrors;
import kz.qaqpa.http.wire.Entrance;
import kz.qaqpa.http.wire.ErrorWriter;
import kz.qaqpa.http.wire.Exchange;
import kz.qaqpa.metrics.GatewayMetrics;
import kz.qaqpa.trace.RequestWatch;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;
import reactor.netty.resources.LoopResources;

/**
 * Sockets to routes: finds who answers, writes errors, notes how each request ended. Speaks
 * HTTP/1.1 and HTTP/2, over TLS by ALPN, in clear text by prior knowledge or upgrade.
 */
public final class HttpGateway implements AutoCloseable {
  /**
   * Streams that a client may reset on one connection in {@link #RESET_WINDOW_SECONDS} before the
   * connection is closed ("rapid reset"). A backend whose users press stop 20 times a second is
   * still served.
   */
  private static final int MOST_RESETS = 600;

  private static final int RESET_WINDOW_SECONDS = 30;

  private final List<Route> routes;
  private final ErrorWriter errors;
  private final Entrance entrance;
  private final RequestWatch watch;
  private final Duration sendTimeout;
  private final LoopResources loops;
  private final ConnectionGuard guard;
  private final DisposableServer server;
  private final @Nullable RenewedTls tls;

  private HttpGateway(
      Listener listener,
      List<Route> routes,
      Consumer<HttpServerRoutes> pages,
      Entrance entrance,
      ErrorWriter errors,
      GatewayMetrics metrics,
      RequestWatch watch) {
    HttpSettings http = listener.http();
    this.routes = List.copyOf(routes);
    this.errors = errors;
    this.entrance = entrance;
    this.watch = watch;
    this.sendTimeout = http.sendTimeout();
    this.loops = LoopResources.create(listener.threads(), 1, http.eventLoopThreads(), true);
    this.guard =
        new ConnectionGuard(
            http.maxConnections(),
            http.maxConnectionsPerAddress(),
            new ConnectionGuard.Timeouts(
                http.headTimeout(), http.bodyTimeout(), http.idleTimeout()),
            new BareErrors(metrics, http.maxHeaderBytes()));
    this.server =
        protocols(listener.tls(), http)
            .host(listener.host())
            .port(listener.port())
            .runOn(loops)
            .idleTimeout(http.idleTimeout())
            .httpRequestDecoder(limits ->
                limits
                    .maxInitialLineLength(http.maxHeaderBytes())
                    .maxHeaderSize(http.maxHeaderBytes()))
            .doOnChannelInit((observer, channel, remote) -> guard.watch(channel))
            .route(table -> {
              pages.accept(table);
              table.route(_ -> true, this::handle);
            })
            .bindNow(Duration.ofSeconds(10));
    this.tls = listener.tls();
    if (tls != null) {
      tls.watch();
    }
  }

  /**
   * Where to listen, and within which limits.
   *
   * @param threads what its event loops are called
   * @param host name or address to bind to
   * @param port 0 picks a free one
   * @param http limits
   * @param tls what connections are secured with, or null for plain HTTP
   */
  public record Listener(
      String threads, String host, int port, HttpSettings http, @Nullable RenewedTls tls) {}

  private static HttpServer protocols(@Nullable RenewedTls tls, HttpSettings http) {
    HttpServer server =
        HttpServer.create()
            .http2Settings(streams ->
                streams
                    .maxConcurrentStreams(http.maxStreams())
                    .maxHeaderListSize(http.maxHeaderBytes())
                    .maxDecodedRstFramesPerWindow(MOST_RESETS, RESET_WINDOW_SECONDS));
    return tls == null
        ? server.protocol(HttpProtocol.HTTP11, HttpProtocol.H2C)
        : server
            .protocol(HttpProtocol.HTTP11, HttpProtocol.H2)
            .secure(spec -> spec.sslContext(tls).handshakeTimeout(http.headTimeout()));
  }

  /**
   * Binds and serves.
   *
   * @param pages adds what is not of the API, looked at first
   * @param entrance what every request for the routes passes first
   * @param watch sees requests begin and end
   * @throws reactor.netty.ChannelBindException if the port is taken
   */
  public static HttpGateway bind(
      Listener listener,
      List<Route> routes,
      Consumer<HttpServerRoutes> pages,
      Entrance entrance,
      ErrorWriter errors,
      GatewayMetrics metrics,
      RequestWatch watch) {
    return new HttpGateway(listener, routes, pages, entrance, errors, metrics, watch);
  }

  /** The address it is bound to. */
  public InetSocketAddress address() {
    return (InetSocketAddress) server.address();
  }

  /**
   * Closes the listening socket; connections go on, those of HTTP/2 without new streams, those of
   * WebSocket without new responses.
   */
  public void stopAccepting() {
    server.channel().close().awaitUninterruptibly();
    guard.goAway();
    routes.forEach(Route::drain);
  }

  /** Waits until what was drained has said its last words, at most so long. */
  public void awaitDrained(Duration timeout) {
    long end = System.nanoTime() + timeout.toNanos();
    while (!routes.stream().allMatch(Route::isDrained) && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** What should be looked at though it serves, a line for each matter. */
  public List<String> details() {
    String problem = tls == null ? null : tls.problem();
    return problem == null ? List.of() : List.of(problem + "; what was before holds on");
  }

  /** Closes everything that is still open. */
  @Override
  public void close() {
    if (tls != null) {
      tls.close();
    }
    server.disposeNow(Duration.ofSeconds(1));
    guard.closeAll();
    loops.disposeLater(Duration.ZERO, Duration.ofSeconds(1)).block(Duration.ofSeconds(2));
  }

  private Publisher<Void> handle(HttpServerRequest request, HttpServerResponse response) {
    Exchange exchange = new Exchange(request, response);
    watch.begin(exchange.trace(), request.requestHeaders());
    AnswerWatch sending = new AnswerWatch(exchange.channel(), sendTimeout);
    sending.start();
    return Mono.defer(
            () -> {
              entrance.receive(exchange);
              return serve(exchange);
            })
        .onErrorResume(failure -> errors.write(exchange, failure))
        .doFinally(signal -> {
          sending.stop();
          end(exchange, signal);
        });
  }

  /** Routes may share a path; the first that has the method answers. */
  private Mono<Void> serve(Exchange exchange) {
    List<String> methods = new ArrayList<>();
    for (Route route : routes) {
      if (route.isAt(exchange.path())) {
        if (route.methods().contains(exchange.method())) {
          return route.serve(exchange);
        }
        methods.addAll(route.methods());
      }
    }
    if (methods.isEmpty()) {
      throw new Refusal.NotFound(
          null, "not_found", "path: " + Shown.text(exchange.path()) + " (expected: a known one)");
    }
    Mono<Void> preflight = entrance.preflight(exchange, methods);
    if (preflight != null) {
      return preflight;
    }
    throw new Refusal.MethodNotAllowed(Shown.text(exchange.method()), methods);
  }

  private void end(Exchange exchange, SignalType signal) {
    UnreadBodies.refuse(exchange.channel());
    RequestTrace trace = exchange.trace();
    // A connection that closes under a stream completes it; without an end it was the client.
    boolean clientGone =
        signal != SignalType.ON_COMPLETE
            || (trace.streamed() && trace.finish() == null && trace.error() == null);
    watch.end(trace, clientGone);
  }
}
