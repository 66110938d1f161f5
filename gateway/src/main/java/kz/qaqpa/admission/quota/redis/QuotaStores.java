package kz.qaqpa.admission.quota.redis;

import java.time.Duration;
import kz.qaqpa.admission.quota.QuotaBook;
import kz.qaqpa.admission.quota.QuotaStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The store that settings ask for. */
public final class QuotaStores {
  private static final Logger LOG = LoggerFactory.getLogger(QuotaStores.class);
  private static final Duration FIRST_TRY = Duration.ofSeconds(5);

  private QuotaStores() {}

  /**
   * Opens a store; waits a few seconds for Redis. If it cannot be reached the store opens all the
   * same and does what each application's fallback says until it can: a gateway that restarts while
   * Redis is away must not make things worse.
   *
   * @param past asked when Redis knows nothing; a store in memory is told by its caller
   * @throws IllegalArgumentException if the file with the password cannot be read
   * @throws IllegalStateException if Redis refuses user or password
   */
  public static QuotaStore open(QuotaSettings settings, PastUse.Source past) {
    return switch (settings.store()) {
      case MEMORY -> QuotaBook.system();
      case REDIS -> redis(settings, past);
    };
  }

  private static QuotaStore redis(QuotaSettings settings, PastUse.Source past) {
    RedisQuotaStore store = new RedisQuotaStore(settings, past);
    try {
      store.start().block(FIRST_TRY);
    } catch (RuntimeException e) {
      if (RedisClients.isRefused(e)) {
        store.close();
        throw new IllegalStateException(
            "quota.redisUrl: Redis refuses user or password (expected: quota.redisUser with"
                + " QAQPA_QUOTA_REDIS_PASSWORD or quota.redisPasswordFile)",
            e);
      }
      LOG.warn("quotas in Redis: not there yet; each application's quotaFallback holds");
    }
    return store;
  }
}
