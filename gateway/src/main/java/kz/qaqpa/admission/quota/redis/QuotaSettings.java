package kz.qaqpa.admission.quota.redis;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.regex.Pattern;
import kz.qaqpa.config.Expect;

/**
 * Section {@code quota}: where what is used is counted.
 *
 * @param store in this process, or in Redis for all gateways together
 * @param redisUrl {@code redis://host:port/database}, or {@code rediss:} for TLS; no credentials
 * @param redisUser empty for Redis's default user
 * @param redisPassword from the environment; empty for none
 * @param redisPasswordFile a file with the password instead; empty for none
 * @param redisCa PEM file with the authorities that Redis's certificate may come from; empty for
 *     those of the JDK
 * @param redisTimeout how long a request waits for Redis at most, 5 ms to 10 s
 * @param prefix of all keys and channels
 * @param replicas gateways that share the limits while Redis is away, 1 to 1,024
 * @param lease after which what a gateway holds counts as used unless it has renewed it
 * @param pendingSettles ends of requests that wait for Redis at most, 1 to 10 million
 */
public record QuotaSettings(
    Store store,
    String redisUrl,
    String redisUser,
    String redisPassword,
    String redisPasswordFile,
    String redisCa,
    Duration redisTimeout,
    String prefix,
    int replicas,
    Duration lease,
    int pendingSettles) {
  private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9:._-]{0,64}");
  private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(5);
  private static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration SHORTEST_LEASE = Duration.ofMillis(500);
  private static final Duration LONGEST_LEASE = Duration.ofMinutes(10);

  /** Where what is used is counted. */
  public enum Store {
    /** In this process. */
    MEMORY,
    /** In Redis, for all gateways that share it. */
    REDIS
  }

  /** Checks form and ranges. */
  public QuotaSettings {
    requireUrl(redisUrl);
    if (!redisPassword.isEmpty() && !redisPasswordFile.isEmpty()) {
      throw new IllegalArgumentException(
          "quota.redisPasswordFile: beside redisPassword (expected: one of them)");
    }
    if (!redisUser.isEmpty() && redisPassword.isEmpty() && redisPasswordFile.isEmpty()) {
      throw new IllegalArgumentException(
          "quota.redisUser: without a password (expected: redisPassword or redisPasswordFile)");
    }
    if (!PREFIX.matcher(prefix).matches()) {
      throw new IllegalArgumentException(
          "quota.prefix: " + prefix + " (expected: at most 64 of A-Z, a-z, 0-9, : . _ -)");
    }
    Expect.range("quota.redisTimeout", redisTimeout, SHORTEST_TIMEOUT, LONGEST_TIMEOUT);
    Expect.range("quota.replicas", replicas, 1, 1024);
    Expect.range("quota.lease", lease, SHORTEST_LEASE, LONGEST_LEASE);
    Expect.range("quota.pendingSettles", pendingSettles, 1, 10_000_000);
  }

  private static void requireUrl(String url) {
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException _) {
      throw badUrl("no URL"); // Nothing of it is shown: it may hold a password.
    }
    if (uri.getRawUserInfo() != null) {
      throw badUrl("has credentials");
    }
    boolean known = "redis".equals(uri.getScheme()) || "rediss".equals(uri.getScheme());
    if (!known || uri.getHost() == null || uri.getQuery() != null || uri.getFragment() != null) {
      throw badUrl("of another form");
    }
    if (!uri.getPath().matches("(/\\d{0,4})?")) {
      throw badUrl("with another path");
    }
  }

  private static IllegalArgumentException badUrl(String found) {
    return new IllegalArgumentException(
        "quota.redisUrl: "
            + found
            + " (expected: redis://host:port/database or rediss://…, user and password apart)");
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "QuotaSettings[" + store + ", " + redisUrl + ", replicas=" + replicas + ']';
  }
}
