package kz.qaqpa.admin.login;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HexFormat;
import java.util.function.LongSupplier;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.admission.quota.NanoClock;

/**
 * How often somebody may try to log in: so many tries a minute from one IPv4 address or IPv6
 * network (/64), whether they succeed or not. Requests with a key are not limited here: a flood of
 * tries must not keep an operator from the switch, and 256 bits are not guessed. Any thread.
 */
public final class LoginLimit {
  /** Addresses that are remembered; the longest unseen are forgotten first. */
  private static final int ADDRESSES = 10_000;

  private final int perMinute;
  private final LongSupplier nanoTime;
  private final Cache<String, Bucket> buckets;

  /**
   * @param perMinute tries a minute
   * @param nanoTime as {@link System#nanoTime}
   */
  public LoginLimit(int perMinute, LongSupplier nanoTime) {
    this.perMinute = perMinute;
    this.nanoTime = nanoTime;
    this.buckets =
        Caffeine.newBuilder()
            .maximumSize(ADDRESSES)
            .expireAfterAccess(Duration.ofMinutes(2)) // A bucket is full again after one.
            .ticker((Ticker) nanoTime::getAsLong)
            .build();
  }

  /**
   * Counts a try.
   *
   * @throws Refusal.OverQuota if there were too many
   */
  public void count(InetAddress address) {
    byte[] bytes = address.getAddress();
    String client = HexFormat.of().formatHex(bytes, 0, Math.min(8, bytes.length));
    ConsumptionProbe probe = buckets.get(client, _ -> bucket()).tryConsumeAndReturnRemaining(1);
    if (!probe.isConsumed()) {
      throw new Refusal.OverQuota(
          "logins: too many from this address (expected: at most " + perMinute + " a minute)",
          Duration.ofNanos(probe.getNanosToWaitForRefill()));
    }
  }

  /** Addresses that are remembered now. */
  long remembered() {
    buckets.cleanUp();
    return buckets.estimatedSize();
  }

  private Bucket bucket() {
    return Bucket.builder()
        .addLimit(limit -> limit.capacity(perMinute).refillGreedy(perMinute, Duration.ofMinutes(1)))
        .withCustomTimePrecision(new NanoClock(nanoTime))
        .build();
  }
}
