package kz.qaqpa.http.route;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import java.util.function.LongSupplier;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.admission.quota.NanoClock;
import kz.qaqpa.http.wire.Exchange;

/**
 * How often somebody whom nobody knows may ask: so many times a minute from one IPv4 address or
 * IPv6 network (/64). Any thread.
 */
public final class AddressLimit {
  /** Addresses that are remembered; the longest unseen are forgotten first. */
  private static final int ADDRESSES = 10_000;

  private final String what;
  private final int perMinute;
  private final LongSupplier nanoTime;
  private final Cache<String, Bucket> buckets;

  /**
   * A limit.
   *
   * @param what what is counted, for messages
   * @param perMinute how many a minute
   * @param nanoTime as {@link System#nanoTime}
   */
  public AddressLimit(String what, int perMinute, LongSupplier nanoTime) {
    this.what = what;
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
   * Counts a request.
   *
   * @throws Refusal.OverQuota if there were too many
   */
  public void count(Exchange exchange) {
    InetSocketAddress remote =
        (InetSocketAddress) Objects.requireNonNull(exchange.request().connectionRemoteAddress());
    count(remote.getAddress());
  }

  /**
   * Counts a request of an address.
   *
   * @throws Refusal.OverQuota if there were too many
   */
  public void count(InetAddress address) {
    byte[] bytes = address.getAddress();
    String client = HexFormat.of().formatHex(bytes, 0, Math.min(8, bytes.length));
    ConsumptionProbe probe = buckets.get(client, _ -> bucket()).tryConsumeAndReturnRemaining(1);
    if (!probe.isConsumed()) {
      throw new Refusal.OverQuota(
          what + ": too many from this address (expected: at most " + perMinute + " a minute)",
          Duration.ofNanos(probe.getNanosToWaitForRefill()));
    }
  }

  /** Addresses that are remembered now. */
  public long remembered() {
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
