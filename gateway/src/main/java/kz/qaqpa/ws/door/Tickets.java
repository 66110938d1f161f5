package kz.qaqpa.ws.door;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import kz.qaqpa.admission.AgencyDirectory;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * What browsers show in place of a key, which they cannot put into a handshake: 256 random bits,
 * good for one connection within {@link #LIFETIME}. Only their hashes are kept, for each
 * application apart, so that none can push out another's. Any thread.
 */
public final class Tickets {
  /** How long a ticket is good for. */
  public static final Duration LIFETIME = Duration.ofSeconds(30);

  /** Tickets of one application that may be out at once. */
  static final int MOST = 4096;

  private static final SecureRandom RANDOM = new SecureRandom();

  private final Ticker ticker;
  private final ConcurrentMap<String, Issued> issued = new ConcurrentHashMap<>();

  private record Issued(Application application, Cache<String, Boolean> hashes) {}

  public Tickets() {
    this(Ticker.systemTicker());
  }

  Tickets(Ticker ticker) {
    this.ticker = ticker;
  }

  /**
   * A new ticket.
   *
   * @throws Refusal.OverQuota if too many of the application's are out
   */
  public String issue(Application application) {
    Cache<String, Boolean> hashes = of(application).hashes();
    if (hashes.estimatedSize() >= MOST) {
      hashes.cleanUp();
      if (hashes.estimatedSize() >= MOST) {
        throw new Refusal.OverQuota(
            "tickets not yet used: " + MOST + " (expected: fewer)", LIFETIME);
      }
    }
    byte[] bits = new byte[32];
    RANDOM.nextBytes(bits);
    String ticket = Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    hashes.put(AgencyDirectory.sha256(ticket), true);
    return ticket;
  }

  /** Whose ticket it is, for the last time; null if it is unknown, used or too old. */
  @Nullable Application spend(String ticket) {
    String hash = AgencyDirectory.sha256(ticket);
    for (Issued of : issued.values()) {
      if (of.hashes().asMap().remove(hash) != null) {
        return of.application();
      }
    }
    return null;
  }

  private Issued of(Application application) {
    return issued.computeIfAbsent(
        application.fullId(),
        _ ->
            new Issued(
                application,
                Caffeine.newBuilder()
                    .maximumSize(2L * MOST)
                    .expireAfterWrite(LIFETIME)
                    .ticker(ticker)
                    .build()));
  }
}
