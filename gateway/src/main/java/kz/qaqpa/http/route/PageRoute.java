package kz.qaqpa.http.route;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import kz.qaqpa.http.net.HostNames;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
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

  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final String MISDIRECTED =
      """
      {"error":{"message":"Host: not this server (expected: its address and port, or a name from \
      its configuration)","type":"invalid_request_error","param":null,"code":"misdirected_request"}}
      """;

  private final HostNames hostNames;
  private final Map<String, Asset> assets = new TreeMap<>();

  @SuppressWarnings("ArrayRecordComponent") // Filled once, never handed out.
  private record Asset(byte[] bytes, String type, String tag) {}

  /** Loads the page. */
  public PageRoute(HostNames hostNames) {
    this.hostNames = hostNames;
    FILES.forEach((path, file) -> {
      int space = file.indexOf(' ');
      assets.put(path, load(file.substring(0, space), file.substring(space + 1)));
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
    HttpHeaders headers = response.responseHeaders();
    protect(headers);
    if (!isForThisServer(request)) {
      return respond(
          request,
          response.status(HttpResponseStatus.MISDIRECTED_REQUEST),
          "application/json",
          MISDIRECTED.getBytes(StandardCharsets.UTF_8));
    }
    headers.set(HttpHeaderNames.CACHE_CONTROL, "no-cache");
    headers.set(HttpHeaderNames.ETAG, asset.tag);
    if (asset.tag.equals(request.requestHeaders().get(HttpHeaderNames.IF_NONE_MATCH))) {
      return response.status(HttpResponseStatus.NOT_MODIFIED).send();
    }
    return respond(request, response, asset.type, asset.bytes);
  }

  private static Publisher<Void> respond(
      HttpServerRequest request, HttpServerResponse response, String type, byte[] body) {
    response
        .header(HttpHeaderNames.CONTENT_TYPE, type)
        .header(HttpHeaderNames.CONTENT_LENGTH, String.valueOf(body.length));
    return request.method().equals(HttpMethod.HEAD)
        ? response.send()
        : response.sendByteArray(Mono.just(body));
  }

  private static void protect(HttpHeaders headers) {
    headers.set("Content-Security-Policy", CONTENT_SECURITY_POLICY);
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
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

  private static Asset load(String file, String type) {
    try (InputStream in = PageRoute.class.getResourceAsStream("/page/" + file)) {
      if (in == null) {
        throw new IllegalStateException("page/" + file + ": missing from the build");
      }
      byte[] bytes = in.readAllBytes();
      return new Asset(bytes, type, tag(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String tag(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return '"' + HexFormat.of().formatHex(digest, 0, 12) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
