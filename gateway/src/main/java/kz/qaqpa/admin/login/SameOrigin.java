package kz.qaqpa.admin.login;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.Shown;
import kz.qaqpa.http.net.HostNames;
import kz.qaqpa.http.wire.Entrance;
import kz.qaqpa.http.wire.Exchange;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Lets only requests pass that no page of another server can have made: a page that is open on an
 * operator's machine reaches this port, too. {@code Host} has to be this server (or a name was
 * pointed at it: DNS rebinding), {@code Origin} the same where a browser sends it, and {@code
 * Sec-Fetch-Site} may not say otherwise. There is no CORS, for nobody.
 *
 * <p>Immutable; runs on the event loop.
 */
public final class SameOrigin implements Entrance {
  private static final Pattern ORIGIN = Pattern.compile("(https?)://([^/@?#\\s]{1,260})");
  private static final String SEC_FETCH_SITE = "sec-fetch-site";
  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private final HostNames own;
  private final boolean secure;

  /**
   * @param own how this server is called
   * @param secure whether connections are of TLS
   */
  public SameOrigin(HostNames own, boolean secure) {
    this.own = own;
    this.secure = secure;
  }

  @Override
  public void receive(Exchange exchange) {
    exchange
        .response()
        .responseHeaders()
        .set("X-Content-Type-Options", "nosniff")
        .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
        .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY)
        .set("Referrer-Policy", "no-referrer")
        .set("Cross-Origin-Resource-Policy", "same-origin");
    HttpHeaders headers = exchange.request().requestHeaders();
    InetSocketAddress local = (InetSocketAddress) localAddress(exchange);
    List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
    if (!own.accept(hosts, local, secure)) {
      throw new Refusal.Forbidden(
          "host_not_allowed",
          "Host: "
              + (hosts.isEmpty() ? "absent" : Shown.text(hosts.getFirst()))
              + " (expected: this server's address and port, or a name of admin.hostNames)");
    }
    List<String> origins = headers.getAll(HttpHeaderNames.ORIGIN);
    if (!origins.isEmpty() && !isSame(origins, hosts.getFirst())) {
      throw new Refusal.Forbidden(
          "origin_not_allowed",
          "Origin: " + Shown.text(origins.getFirst()) + " (expected: this server's own)");
    }
    for (String site : headers.getAll(SEC_FETCH_SITE)) {
      if (!site.equals("same-origin") && !site.equals("none")) {
        throw new Refusal.Forbidden(
            "cross_site_request",
            "Sec-Fetch-Site: " + Shown.text(site) + " (expected: same-origin, none or absent)");
      }
    }
  }

  private static java.net.SocketAddress localAddress(Exchange exchange) {
    // The channel of an HTTP/2 stream has no address of its own.
    return java.util.Objects.requireNonNull(exchange.request().connectionHostAddress());
  }

  /** The same name and port as {@code Host}; never clear text where this port is not. */
  private boolean isSame(List<String> origins, String host) {
    Matcher origin = ORIGIN.matcher(origins.getFirst());
    return origins.size() == 1
        && origin.matches()
        && origin.group(2).equalsIgnoreCase(host)
        && (!secure || origin.group(1).equals("https"));
  }

  @Override
  public @Nullable Mono<Void> preflight(Exchange exchange, List<String> methods) {
    return null;
  }
}
