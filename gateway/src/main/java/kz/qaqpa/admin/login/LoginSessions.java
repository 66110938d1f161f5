package kz.qaqpa.admin.login;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import kz.qaqpa.admin.operator.OperatorKey;
import kz.qaqpa.admission.registry.Secrets;
import org.jspecify.annotations.Nullable;

/**
 * Sessions of people who logged in with a key, in memory only. Of an id only its SHA-256 is kept,
 * and of the CSRF token nothing: it is an HMAC keyed with the id, which a page cannot read and a
 * foreign one cannot guess. Any thread.
 */
public final class LoginSessions {
  private static final String HMAC = "HmacSHA256";

  private final Duration idle;
  private final Duration lifetime;
  private final int perKey;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final Map<String, Session> sessions = new HashMap<>();

  /**
   * No sessions yet.
   *
   * @param idle how long one lasts without a request
   * @param lifetime how long one lasts at most
   * @param perKey sessions of one key at once; one more ends the oldest
   * @param nanoTime what times are measured with; as {@link System#nanoTime}
   */
  public LoginSessions(
      Duration idle, Duration lifetime, int perKey, InstantSource clock, LongSupplier nanoTime) {
    this.idle = idle;
    this.lifetime = lifetime;
    this.perKey = perKey;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  private static final class Session {
    final String keyHash;
    final long begun;
    long used;

    Session(String keyHash, long now) {
      this.keyHash = keyHash;
      this.begun = now;
      this.used = now;
    }
  }

  /** Begins a session of whoever holds this key, always under a new id. */
  public synchronized Login begin(String keyHash) {
    long now = nanoTime.getAsLong();
    sessions.values().removeIf(session -> isOver(session, now));
    List<Map.Entry<String, Session>> own =
        sessions.entrySet().stream()
            .filter(entry -> entry.getValue().keyHash.equals(keyHash))
            .sorted(Comparator.comparingLong(entry -> entry.getValue().begun - now))
            .toList();
    own.stream()
        .limit(Math.max(0, own.size() - perKey + 1L))
        .map(Map.Entry::getKey)
        .toList()
        .forEach(sessions::remove);
    String id = Secrets.random();
    sessions.put(OperatorKey.hash(id), new Session(keyHash, now));
    return new Login(id, csrf(id), clock.instant().plus(lifetime));
  }

  /** The hash of the key that a session was begun with, or null if it is unknown or over. */
  public synchronized @Nullable String use(String id) {
    return find(id, true);
  }

  /**
   * The same without counting as a request of somebody: what a page asks by itself does not keep a
   * session alive that nobody sits at.
   */
  public synchronized @Nullable String look(String id) {
    return find(id, false);
  }

  private @Nullable String find(String id, boolean uses) {
    long now = nanoTime.getAsLong();
    String hash = OperatorKey.hash(id);
    Session session = sessions.get(hash);
    if (session == null) {
      return null;
    }
    if (isOver(session, now)) {
      sessions.remove(hash);
      return null;
    }
    if (uses) {
      session.used = now;
    }
    return session.keyHash;
  }

  /** Ends a session, if there is one of this id. */
  public synchronized void end(String id) {
    sessions.remove(OperatorKey.hash(id));
  }

  /** Sessions that are kept. */
  public synchronized int size() {
    return sessions.size();
  }

  private boolean isOver(Session session, long now) {
    return now - session.used >= idle.toNanos() || now - session.begun >= lifetime.toNanos();
  }

  /** The token that belongs to a session. */
  public static String csrf(String id) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(id.getBytes(StandardCharsets.UTF_8), HMAC));
      byte[] token = mac.doFinal("csrf".getBytes(StandardCharsets.US_ASCII));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + HMAC, e);
    }
  }

  /** Whether a token belongs to a session; takes equally long whatever it is. */
  static boolean isCsrf(String id, String token) {
    return MessageDigest.isEqual(
        csrf(id).getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
  }
}
