package kz.qaqpa.ws.door;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.Caller;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.admission.registry.Secrets;
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

  private final Ticker ticker;
  private final ConcurrentMap<String, Cache<String, Caller>> issued = new ConcurrentHashMap<>();

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
  public String issue(Caller caller) {
    Cache<String, Caller> hashes = of(caller.application());
    if (hashes.estimatedSize() >= MOST) {
      hashes.cleanUp();
      if (hashes.estimatedSize() >= MOST) {
        throw new Refusal.OverQuota(
            "tickets not yet used: " + MOST + " (expected: fewer)", LIFETIME);
      }
    }
    String ticket = Secrets.random();
    hashes.put(Secrets.sha256(ticket), caller);
    return ticket;
  }

  /** Whose ticket it is, for the last time; null if it is unknown, used or too old. */
  @Nullable Caller spend(String ticket) {
    String hash = Secrets.sha256(ticket);
    for (Cache<String, Caller> hashes : issued.values()) {
      Caller caller = hashes.asMap().remove(hash);
      if (caller != null) {
        return caller;
      }
    }
    return null;
  }

  private Cache<String, Caller> of(Application application) {
    return issued.computeIfAbsent(
        application.fullId(),
        _ ->
            Caffeine.newBuilder()
                .maximumSize(2L * MOST)
                .expireAfterWrite(LIFETIME)
                .ticker(ticker)
                .build());
  }
}
