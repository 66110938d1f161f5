package kz.qaqpa.admin.route;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import kz.qaqpa.admin.audit.Audit;
import kz.qaqpa.admin.login.AdminDoor;
import kz.qaqpa.admin.login.Caller;
import kz.qaqpa.admin.login.Login;
import kz.qaqpa.admin.login.LoginLimit;
import kz.qaqpa.admin.login.LoginSessions;
import kz.qaqpa.admin.operator.Operator;
import kz.qaqpa.admin.operator.OperatorDirectory;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.Fields;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.route.Route;
import kz.qaqpa.http.wire.Exchange;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * {@code /admin/session}: {@code POST} with a key begins a session, {@code GET} tells who one is,
 * {@code DELETE} ends it.
 */
public final class SessionRoute implements Route {
  private final AdminDoor door;
  private final LoginSessions sessions;
  private final LoginLimit limit;
  private final Audit audit;
  private final AdminBodies bodies;

  public SessionRoute(
      AdminDoor door, LoginSessions sessions, LoginLimit limit, Audit audit, AdminBodies bodies) {
    this.door = door;
    this.sessions = sessions;
    this.limit = limit;
    this.audit = audit;
    this.bodies = bodies;
  }

  /**
   * The answer.
   *
   * @param csrf what a session's changing requests carry in {@code x-csrf-token}; null for a key
   * @param expiresAt when a new session ends at the latest
   */
  record Body(
      String operator,
      String name,
      String role,
      @Nullable String agency,
      @Nullable String csrf,
      @Nullable Instant expiresAt) {

    static Body of(Operator operator, @Nullable String csrf, @Nullable Instant expiresAt) {
      return new Body(
          operator.id(),
          operator.name(),
          operator.role().toString(),
          operator.agency(),
          csrf,
          expiresAt);
    }
  }

  /** What the audit log says of a login. */
  record From(String address) {}

  @Override
  public boolean isAt(String path) {
    return path.equals("/admin/session");
  }

  @Override
  public List<String> methods() {
    return List.of("POST", "GET", "DELETE");
  }

  @Override
  public Mono<Void> serve(Exchange exchange) {
    return switch (exchange.method()) {
      case "POST" -> login(exchange);
      case "DELETE" -> logout(exchange);
      default -> tell(exchange);
    };
  }

  private Mono<Void> login(Exchange exchange) {
    InetSocketAddress remote =
        (InetSocketAddress) Objects.requireNonNull(exchange.request().connectionRemoteAddress());
    limit.count(remote.getAddress());
    return bodies
        .read(exchange, SessionRoute::key)
        .flatMap(key -> {
          OperatorDirectory.Key found = door.operator(key);
          From from = new From(remote.getAddress().getHostAddress());
          return audit
              .write(audit.event(found.operator(), "session.begin", "session", null, from))
              .publishOn(bodies.edge(exchange))
              .then(Mono.defer(() -> begin(exchange, found)));
        });
  }

  private static String key(Fields body) {
    return Fields.required(body.privateString("key", "a string"), "key", "an operator's key");
  }

  private Mono<Void> begin(Exchange exchange, OperatorDirectory.Key key) {
    String old = door.session(exchange);
    if (old != null) {
      sessions.end(old); // Whoever put it there does not share the new one.
    }
    Login login = sessions.begin(key.sha256());
    exchange
        .response()
        .responseHeaders()
        .set(HttpHeaderNames.SET_COOKIE, door.setCookie(login.id()));
    return exchange.json(200, Json.bytes(Body.of(key.operator(), login.csrf(), login.end())));
  }

  private Mono<Void> tell(Exchange exchange) {
    Caller caller = door.authenticate(exchange);
    String session = caller.session();
    String csrf = session == null ? null : LoginSessions.csrf(session);
    return exchange.json(200, Json.bytes(Body.of(caller.operator(), csrf, null)));
  }

  /** Ends it in any case; whoever wants to leave is not kept because a log cannot be written. */
  private Mono<Void> logout(Exchange exchange) {
    Caller caller = door.authenticate(exchange);
    String session = caller.session();
    if (session == null) {
      throw new Refusal.BadRequest(
          null, "no_session", "session: absent (expected: the cookie of one, and no key)");
    }
    sessions.end(session);
    exchange.response().responseHeaders().set(HttpHeaderNames.SET_COOKIE, door.setCookie(null));
    return audit
        .write(audit.event(caller.operator(), "session.end", "session", null, null))
        .publishOn(bodies.edge(exchange))
        .then(
            Mono.defer(() -> {
              exchange.head(204);
              return exchange.response().send().then();
            }));
  }
}
