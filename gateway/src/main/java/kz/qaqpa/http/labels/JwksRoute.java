package kz.qaqpa.http.labels;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.List;
import kz.qaqpa.http.route.Route;
import kz.qaqpa.http.wire.Exchange;
import reactor.core.publisher.Mono;

/**
 * {@code GET /.well-known/jwks.json}: the keys that verify labels (RFC 7517), for everybody. They
 * change with a restart only; whoever keeps them for an hour has a new key before it signs, if
 * their times overlap as they should.
 */
final class JwksRoute implements Route {
  private static final String TYPE = "application/jwk-set+json";

  private final byte[] jwks;

  JwksRoute(byte[] jwks) {
    this.jwks = jwks.clone();
  }

  @Override
  public boolean isAt(String path) {
    return path.equals("/.well-known/jwks.json");
  }

  @Override
  public List<String> methods() {
    return List.of("GET");
  }

  @Override
  public Mono<Void> serve(Exchange exchange) {
    exchange
        .response()
        .responseHeaders()
        .set(HttpHeaderNames.CACHE_CONTROL, "public, max-age=3600")
        .set("X-Content-Type-Options", "nosniff");
    return exchange.send(200, TYPE, jwks);
  }
}
