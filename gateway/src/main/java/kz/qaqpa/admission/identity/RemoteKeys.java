package kz.qaqpa.admission.identity;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.reactor.circuitbreaker.operator.CircuitBreakerOperator;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import kz.qaqpa.admission.Refusal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Keys of an https address. Fetched at the start and every {@code refresh} from then on, after a
 * failure each minute; and, at most once a minute, when a token names a key that is not known. One
 * fetch at a time; what fails leaves the last good keys.
 */
final class RemoteKeys implements KeySource {
  /** Least time between two fetches for unknown keys, and between a failure and the next try. */
  static final Duration PAUSE = Duration.ofMinutes(1);

  private static final Logger LOG = LoggerFactory.getLogger(RemoteKeys.class);

  private final String issuer;
  private final Mono<KeySet> fetch;
  private final Duration refresh;
  private final Scheduler timer;
  private final LongSupplier nanoTime;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Mono<KeySet> underway;
  private boolean asked;
  private long askedAt;
  private volatile KeySet keys = KeySet.EMPTY;
  private volatile @Nullable String trouble;
  private volatile boolean closed;

  /**
   * No keys yet; {@link #start} fetches the first.
   *
   * @param issuer the issuer's name, for logs
   * @param fetch gets the set; bounded in time and size
   * @param timer when to fetch again
   * @param nanoTime as {@link System#nanoTime}
   */
  RemoteKeys(
      String issuer, Mono<byte[]> fetch, Duration refresh, Scheduler timer, LongSupplier nanoTime) {
    this.issuer = issuer;
    this.refresh = refresh;
    this.timer = timer;
    this.nanoTime = nanoTime;
    CircuitBreaker breaker =
        CircuitBreaker.of(
            "identity-" + issuer,
            CircuitBreakerConfig.custom()
                .clock(clock(nanoTime))
                .slidingWindowType(SlidingWindowType.COUNT_BASED)
                .slidingWindowSize(3)
                .minimumNumberOfCalls(3)
                .failureRateThreshold(100)
                .waitDurationInOpenState(PAUSE.dividedBy(2))
                .permittedNumberOfCallsInHalfOpenState(1)
                .build());
    this.fetch = fetch.map(this::read).transformDeferred(CircuitBreakerOperator.of(breaker));
  }

  /** A clock that nobody sets. */
  private static Clock clock(LongSupplier nanoTime) {
    InstantSource source = () -> Instant.ofEpochSecond(0, nanoTime.getAsLong());
    return source.withZone(ZoneOffset.UTC);
  }

  /** Fetches now, and goes on doing so. */
  void start() {
    if (!closed) {
      fetching().subscribe(_ -> again(trouble == null ? refresh : PAUSE), _ -> again(PAUSE));
    }
  }

  private void again(Duration wait) {
    if (!closed) {
      timer.schedule(this::start, wait.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public KeySet now() {
    return keys;
  }

  @Override
  public Mono<KeySet> newer() {
    lock.lock();
    try {
      if (underway != null) {
        return underway;
      }
      long now = nanoTime.getAsLong();
      if (asked && now - askedAt < PAUSE.toNanos()) {
        return last();
      }
      asked = true;
      askedAt = now;
      return fetching();
    } finally {
      lock.unlock();
    }
  }

  /** The fetch under way, begun if there is none. */
  private Mono<KeySet> fetching() {
    lock.lock();
    try {
      if (underway == null) {
        underway =
            fetch
                .doOnNext(this::took)
                .doOnError(this::failed)
                .onErrorResume(_ -> last())
                .doFinally(_ -> over())
                .cache();
        underway.subscribe(_ -> {}, _ -> {}); // Goes on though who asked has left.
      }
      return underway == null ? last() : underway;
    } finally {
      lock.unlock();
    }
  }

  private void over() {
    lock.lock();
    try {
      underway = null;
    } finally {
      lock.unlock();
    }
  }

  private Mono<KeySet> last() {
    return keys.isEmpty()
        ? Mono.error(
            new Refusal.IdentityUnavailable(
                "Authorization: tokens of this issuer cannot be checked now, as its keys are not"
                    + " there yet"))
        : Mono.just(keys);
  }

  private KeySet read(byte[] json) {
    if (keys.isOf(json)) {
      return keys;
    }
    try {
      return KeySet.read(json);
    } catch (ParseException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  private void took(KeySet fetched) {
    if (fetched != keys) {
      LOG.info("keys of issuer {} were fetched", issuer);
    } else if (trouble != null) {
      LOG.info("keys of issuer {} can be fetched again", issuer);
    }
    keys = fetched;
    trouble = null;
  }

  private void failed(Throwable failure) {
    if (trouble == null) { // Once, not each minute.
      LOG.warn(
          "keys of issuer {} cannot be fetched, {}: {}",
          issuer,
          keys.isEmpty() ? "and there are none yet" : "and the last good ones hold on",
          failure.toString());
    }
    trouble = keys.isEmpty() ? "its keys were never fetched" : "its keys cannot be fetched";
  }

  @Override
  public @Nullable String trouble() {
    return trouble;
  }

  @Override
  public void close() {
    closed = true;
  }
}
