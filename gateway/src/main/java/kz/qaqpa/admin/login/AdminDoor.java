package kz.qaqpa.admin.login;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.cookie.Cookie;
import io.netty.handler.codec.http.cookie.CookieHeaderNames.SameSite;
import io.netty.handler.codec.http.cookie.DefaultCookie;
import io.netty.handler.codec.http.cookie.ServerCookieDecoder;
import io.netty.handler.codec.http.cookie.ServerCookieEncoder;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.admin.operator.OperatorDirectory;
import kz.qaqpa.admin.operator.OperatorKey;
import kz.qaqpa.admin.operator.Operators;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.wire.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * Who asks: by a key in {@code Authorization}, or by the cookie of a session. A browser sends
 * cookies along by itself, so a session's requests that change something carry its CSRF token as
 * well; a key is never sent by itself. Roles are those of the file as it is now, also for sessions
 * begun before. Runs on the event loop.
 */
public final class AdminDoor {
  /** The header of a session's token. */
  public static final String CSRF = "x-csrf-token";

  /** The header of what a page asks by itself, with nobody at it: {@code 1}. */
  public static final String BACKGROUND = "x-background";

  /** Where cookies of sessions are sent, and no further: not to other ports' pages. */
  public static final String PATH = "/admin";

  private static final String SCHEME = "Bearer ";

  private final Operators operators;
  private final LoginSessions sessions;
  private final InstantSource clock;
  private final boolean secure;

  /**
   * @param secure whether connections are of TLS, and cookies for such only
   */
  public AdminDoor(
      Operators operators, LoginSessions sessions, InstantSource clock, boolean secure) {
    this.operators = operators;
    this.sessions = sessions;
    this.clock = clock;
    this.secure = secure;
  }

  /**
   * Who asks.
   *
   * @throws Refusal.Unauthorized if it is nobody known
   * @throws Refusal.Forbidden if a session's token is missing or wrong
   */
  public Caller authenticate(Exchange exchange) {
    List<String> authorization =
        exchange.request().requestHeaders().getAll(HttpHeaderNames.AUTHORIZATION);
    if (!authorization.isEmpty()) {
      return new Caller(operator(key(authorization)).operator(), null);
    }
    String session = session(exchange);
    String keyHash = session == null ? null : keyHash(exchange, session);
    if (session == null || keyHash == null) {
      throw new Refusal.Unauthorized(
          session == null
              ? "Authorization: absent (expected: \"Bearer\" and an operator's key, qpa_…)"
              : "session: unknown or over (expected: one of POST /admin/session)");
    }
    Caller caller = new Caller(good(operators.directory().find(keyHash)).operator(), session);
    if (changes(exchange)) {
      requireCsrf(exchange, session);
    }
    return caller;
  }

  private @Nullable String keyHash(Exchange exchange, String session) {
    return "1".equals(exchange.header(BACKGROUND)) ? sessions.look(session) : sessions.use(session);
  }

  /**
   * Whose key it is.
   *
   * @throws Refusal.Unauthorized if it is nobody's, or no longer good
   */
  public OperatorDirectory.Key operator(String key) {
    return good(key.isEmpty() ? null : operators.directory().find(OperatorKey.hash(key)));
  }

  private OperatorDirectory.Key good(OperatorDirectory.@Nullable Key key) {
    if (key == null) {
      throw new Refusal.Unauthorized("key: unknown (expected: an operator's, qpa_…)");
    }
    if (!key.isGood(clock.instant())) {
      throw new Refusal.Unauthorized("key: expired or not good yet (expected: one that is good)");
    }
    return key;
  }

  private static String key(List<String> headers) {
    String value = headers.getFirst();
    if (headers.size() != 1 || !value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw new Refusal.Unauthorized(
          "Authorization: another form (expected: \"Bearer\" and an operator's key, qpa_…)");
    }
    return value.substring(SCHEME.length()).strip();
  }

  /** Whether a request may change something, by its method. */
  private static boolean changes(Exchange exchange) {
    return !exchange.method().equals("GET") && !exchange.method().equals("HEAD");
  }

  private static void requireCsrf(Exchange exchange, String session) {
    List<String> tokens = exchange.request().requestHeaders().getAll(CSRF);
    if (tokens.size() != 1 || !LoginSessions.isCsrf(session, tokens.getFirst())) {
      throw new Refusal.Forbidden(
          "csrf_token_required",
          CSRF
              + ": "
              + (tokens.isEmpty() ? "absent" : "wrong")
              + " (expected: the token of the session, see GET /admin/session)");
    }
  }

  /** The id that a request's cookie names, or null; which of two is meant nobody can know. */
  public @Nullable String session(Exchange exchange) {
    List<String> ids = new ArrayList<>();
    for (String header : exchange.request().requestHeaders().getAll(HttpHeaderNames.COOKIE)) {
      for (Cookie cookie : ServerCookieDecoder.STRICT.decodeAll(header)) {
        if (cookie.name().equals(cookieName())) {
          ids.add(cookie.value());
        }
      }
    }
    return ids.size() == 1 ? ids.getFirst() : null;
  }

  /**
   * The value of {@code Set-Cookie} for a session.
   *
   * @param id null takes the cookie away
   */
  public String setCookie(@Nullable String id) {
    DefaultCookie cookie = new DefaultCookie(cookieName(), id == null ? "" : id);
    cookie.setPath(PATH);
    cookie.setHttpOnly(true);
    cookie.setSecure(secure);
    cookie.setSameSite(SameSite.Strict);
    if (id == null) {
      cookie.setMaxAge(0);
    }
    return ServerCookieEncoder.STRICT.encode(cookie);
  }

  /** Browsers take a cookie of this prefix only over TLS. */
  private String cookieName() {
    return secure ? "__Secure-qaqpa-admin" : "qaqpa-admin";
  }
}
