package kz.qaqpa.http.route;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import kz.qaqpa.http.net.HostNames;
import org.reactivestreams.Publisher;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;

/**
 * {@code GET /}: the page that says what this is and lets one try it, and the four files that it
 * consists of. They lie in memory from the start; nothing is compressed, nothing comes from another
 * host. Runs on the event loop.
 */
public final class PageRoute {
  private static final Map<String, String> FILES =
      Map.of(
          "/", "index.html text/html; charset=utf-8",
          "/page.css", "page.css text/css; charset=utf-8",
          "/page.js", "page.js text/javascript; charset=utf-8",
          "/texts.js", "texts.js text/javascript; charset=utf-8",
          "/gate.svg", "gate.svg image/svg+xml");

  private static final String MISDIRECTED =
      """
      {"error":{"message":"Host: not this server (expected: its address and port, or a name from \
      its configuration)","type":"invalid_request_error","param":null,"code":"misdirected_request"}}
      """;

  private final HostNames hostNames;
  private final Map<String, Asset> assets = new TreeMap<>();

  /** Loads the page. */
  public PageRoute(HostNames hostNames) {
    this.hostNames = hostNames;
    FILES.forEach((path, file) -> {
      int space = file.indexOf(' ');
      assets.put(path, Asset.load("/page/" + file.substring(0, space), file.substring(space + 1)));
    });
  }

  /** Adds {@code GET} and {@code HEAD} of {@code /} and its files. */
  public void register(HttpServerRoutes routes) {
    assets.forEach((path, asset) ->
        routes.route(
            request -> isRead(request) && path.equals(pathOf(request)),
            (request, response) -> serve(asset, request, response)));
  }

  private Publisher<Void> serve(
      Asset asset, HttpServerRequest request, HttpServerResponse response) {
    Asset.protect(response.responseHeaders());
    if (!isForThisServer(request)) {
      return Asset.respond(
          request,
          response.status(HttpResponseStatus.MISDIRECTED_REQUEST),
          "application/json",
          MISDIRECTED.getBytes(StandardCharsets.UTF_8));
    }
    return asset.send(request, response);
  }

  private boolean isForThisServer(HttpServerRequest request) {
    return request.connectionHostAddress() instanceof InetSocketAddress local
        && hostNames.accept(
            request.requestHeaders().getAll(HttpHeaderNames.HOST),
            local,
            "https".equals(request.scheme()));
  }

  private static boolean isRead(HttpServerRequest request) {
    return request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
  }

  private static String pathOf(HttpServerRequest request) {
    String uri = request.uri();
    int query = uri.indexOf('?');
    return query < 0 ? uri : uri.substring(0, query);
  }
}
