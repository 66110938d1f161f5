package kz.qaqpa.http.route;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * A file of a page. It lies in memory from the start and is not compressed.
 *
 * @param bytes not to be changed
 * @param type value of {@code Content-Type}
 * @param tag value of {@code ETag}
 */
@SuppressWarnings("ArrayRecordComponent") // Filled once, written to sockets only.
public record Asset(byte[] bytes, String type, String tag) {
  /** Nothing from another host, nothing inline, no frames, no forms that a browser sends itself. */
  static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  /** The same, and no text becomes HTML or script. */
  private static final String STRICTER =
      CONTENT_SECURITY_POLICY + "; require-trusted-types-for 'script'; trusted-types 'none'";

  /**
   * A file of the build.
   *
   * @param resource absolute, such as {@code /page/index.html}
   * @throws IllegalStateException if it is not there
   */
  public static Asset load(String resource, String type) {
    try (InputStream in = Asset.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + ": missing from the build");
      }
      byte[] bytes = in.readAllBytes();
      return new Asset(bytes, type, tag(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sets what protects a page. */
  static void protect(HttpHeaders headers) {
    headers.set("Content-Security-Policy", CONTENT_SECURITY_POLICY);
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
  }

  /** Sets what protects a page that makes no HTML of texts at all. */
  public static void protectStrictly(HttpHeaders headers) {
    protect(headers);
    headers.set("Content-Security-Policy", STRICTER);
    headers.set("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
  }

  /** Answers {@code GET} or {@code HEAD}; whoever has it already is told so. */
  public Publisher<Void> send(HttpServerRequest request, HttpServerResponse response) {
    HttpHeaders headers = response.responseHeaders();
    headers.set(HttpHeaderNames.CACHE_CONTROL, "no-cache");
    headers.set(HttpHeaderNames.ETAG, tag);
    if (tag.equals(request.requestHeaders().get(HttpHeaderNames.IF_NONE_MATCH))) {
      return response.status(HttpResponseStatus.NOT_MODIFIED).send();
    }
    return respond(request, response, type, bytes);
  }

  /** Sends a body, or for {@code HEAD} what goes before it. */
  static Publisher<Void> respond(
      HttpServerRequest request, HttpServerResponse response, String type, byte[] body) {
    response
        .header(HttpHeaderNames.CONTENT_TYPE, type)
        .header(HttpHeaderNames.CONTENT_LENGTH, String.valueOf(body.length));
    return request.method().equals(HttpMethod.HEAD)
        ? response.send()
        : response.sendByteArray(Mono.just(body));
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
