package kz.qaqpa.admission.quota;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.local.SynchronizationStrategy;
import java.time.Duration;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Requests per second with a burst: a bucket that refills evenly. Guarded by the lock of its {@link
 * AgencyBook}, so the bucket itself needs none.
 */
final class RequestRate {
  private static final long SECOND_NANOS = 1_000_000_000;

  private final int perSecond;
  private final int burst;
  private final Bucket bucket;

  private RequestRate(int perSecond, int burst, LongSupplier nanoTime) {
    this.perSecond = perSecond;
    this.burst = burst;
    this.bucket =
        Bucket.builder()
            .addLimit(limit -> limit.capacity(burst).refillGreedy(perSecond, Duration.ofSeconds(1)))
            .withCustomTimePrecision(new NanoClock(nanoTime))
            .withSynchronizationStrategy(SynchronizationStrategy.NONE)
            .build();
  }

  /** The rate that limits ask for: {@code old} if that is it, null if they ask for none. */
  static @Nullable RequestRate of(Limits limits, @Nullable RequestRate old, LongSupplier nanoTime) {
    Integer perSecond = limits.requestsPerSecond();
    if (perSecond == null) {
      return null;
    }
    int burst = Objects.requireNonNullElse(limits.burst(), perSecond);
    return old != null && old.perSecond == perSecond && old.burst == burst
        ? old
        : new RequestRate(perSecond, burst, nanoTime);
  }

  boolean tryTake() {
    return bucket.tryConsume(1);
  }

  void giveBack() {
    bucket.addTokens(1);
  }

  int burst() {
    return burst;
  }

  /** Time until one more request may begin. */
  Duration untilNext() {
    return Duration.ofNanos(bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill());
  }

  RateLimits.Rate reading() {
    long left = bucket.getAvailableTokens();
    return new RateLimits.Rate(
        burst, left, Duration.ofNanos((burst - left) * SECOND_NANOS / perSecond));
  }
}
