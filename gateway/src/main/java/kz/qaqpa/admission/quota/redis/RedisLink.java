package kz.qaqpa.admission.quota.redis;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.reactor.circuitbreaker.operator.CircuitBreakerOperator;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kz.qaqpa.guard.Guards;
import kz.qaqpa.guard.TimeLimit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.util.retry.Retry;

/**
 * The way to Redis. Any thread; what it gives comes on the scheduler's threads, never on those that
 * read sockets.
 *
 * <pre>
 * One try     A call is one EVALSHA. Where the script is not known (Redis restarted) it is sent
 *             again with its text.
 * Lost        A connection that breaks fails what was under way. The call is sent again as soon as
 *             there is a new one, within its time: the script does nothing twice.
 * In time     A call ends after redisTimeout, one way or the other. When most fail, the breaker
 *             opens, and none waits at all until one succeeds again.
 * Ready       After each connect, before any call, there is a preparation: if Redis has forgotten
 *             everything, it is told what the ledger knows.
 * </pre>
 */
final class RedisLink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RedisLink.class);
  private static final Duration RETRY = Duration.ofMillis(5);
  private static final Duration AGAIN = Duration.ofMillis(500);
  private static final Duration PREPARING = Duration.ofMinutes(1);
  private static final int WINDOW = 16;
  private static final int LEAST_CALLS = 4;
  private static final int PROBES = 3;
  private static final float HALF = 50;

  private final RedisClient client;
  private final RedisURI uri;
  private final Scheduler scheduler;
  private final Duration timeout;
  private final Preparation preparation;
  private final Runnable onReady;
  private final CircuitBreaker breaker;
  private final TimeLimit limit;
  private final Sinks.Empty<Void> first = Sinks.empty();

  /** Counts connects and disconnects: what was prepared before the last of them is void. */
  private int turn;

  /** Guarded by this for writing. */
  private volatile Sinks.One<RedisScripts> ready = Sinks.one();

  private volatile boolean isReady;
  private volatile boolean closed;

  /** What makes a connection ready. */
  @FunctionalInterface
  interface Preparation {
    Mono<Void> prepare(RedisScripts redis);
  }

  /**
   * A way that is not there yet; see {@link #start}.
   *
   * @param onReady called each time that it is there
   * @throws IllegalArgumentException if the file with the password cannot be read
   */
  RedisLink(
      QuotaSettings settings, Scheduler scheduler, Preparation preparation, Runnable onReady) {
    this.uri = RedisClients.uri(settings);
    this.client = RedisClients.open(settings);
    this.scheduler = scheduler;
    this.timeout = settings.redisTimeout();
    this.limit = new TimeLimit("redis", timeout);
    this.preparation = preparation;
    this.onReady = onReady;
    this.breaker =
        CircuitBreaker.of(
            "quota",
            CircuitBreakerConfig.custom()
                .slidingWindow(WINDOW, LEAST_CALLS, SlidingWindowType.COUNT_BASED)
                .failureRateThreshold(HALF)
                .permittedNumberOfCallsInHalfOpenState(PROBES)
                .waitDurationInOpenState(AGAIN)
                .build());
    breaker
        .getEventPublisher()
        .onStateTransition(event -> LOG.warn("quotas in Redis: {}", event.getStateTransition()));
  }

  /**
   * Connects, now and as often as it takes.
   *
   * @return completes when it is ready; fails if the first try to connect does, while further ones
   *     are made
   */
  Mono<Void> start() {
    connect();
    return first.asMono().publishOn(scheduler);
  }

  private void connect() {
    Mono.fromCompletionStage(() -> client.connectAsync(StringCodec.UTF8, uri))
        .subscribe(this::opened, this::notOpened);
  }

  private void notOpened(Throwable failure) {
    if (!closed) {
      LOG.warn("quotas in Redis: cannot connect: {}", last(failure));
      first.tryEmitError(failure);
      scheduler.schedule(this::connect, AGAIN.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void opened(StatefulRedisConnection<String, String> connection) {
    connection.addListener(
        new RedisConnectionStateListener() {
          @Override
          public void onRedisConnected(RedisChannelHandler<?, ?> handler, SocketAddress address) {
            prepare(connection);
          }

          @Override
          public void onRedisDisconnected(RedisChannelHandler<?, ?> handler) {
            lost();
          }
        });
    if (connection.isOpen()) { // Else the listener will hear of it.
      prepare(connection);
    }
  }

  private void prepare(StatefulRedisConnection<String, String> connection) {
    int mine = next();
    RedisScripts redis = new RedisScripts(connection, scheduler);
    Mono.defer(() -> preparation.prepare(redis))
        .timeout(PREPARING, scheduler)
        .doOnError(failure -> {
          if (isCurrent(mine)) {
            LOG.warn("quotas in Redis: not ready: {}", last(failure));
          }
        })
        .retryWhen(
            Retry.fixedDelay(Long.MAX_VALUE, AGAIN)
                .filter(_ -> isCurrent(mine))
                .scheduler(scheduler))
        .subscribeOn(scheduler)
        .subscribe(null, _ -> {}, () -> present(mine, redis));
  }

  private synchronized int next() {
    turn++;
    if (isReady) {
      isReady = false;
      ready = Sinks.one();
    }
    return turn;
  }

  private synchronized boolean isCurrent(int mine) {
    return turn == mine && !closed;
  }

  private void present(int mine, RedisScripts redis) {
    synchronized (this) {
      if (turn != mine || closed) {
        return;
      }
      isReady = true;
      ready.tryEmitValue(redis);
    }
    LOG.info("quotas in Redis: ready");
    first.tryEmitEmpty();
    if (breaker.getState() == State.OPEN) {
      breaker.transitionToHalfOpenState();
    }
    onReady.run();
  }

  private void lost() {
    if (!closed) {
      LOG.warn("quotas in Redis: connection lost");
    }
    next();
  }

  /**
   * Calls the script.
   *
   * @return its reply; or, no later than {@code redisTimeout}, a failure, after which nobody knows
   *     whether it was carried out
   */
  Mono<ScriptCall.Reply> call(ScriptCall call) {
    return guarded(Mono.defer(() -> ready.asMono()).flatMap(redis -> redis.call(call)));
  }

  private <T> Mono<T> guarded(Mono<T> call) {
    return call.retryWhen(
            Retry.fixedDelay(Long.MAX_VALUE, RETRY).filter(RedisLink::isLost).scheduler(scheduler))
        .timeout(timeout, scheduler)
        .doOnError(TimeoutException.class, _ -> limit.exceeded())
        .transformDeferred(CircuitBreakerOperator.of(breaker));
  }

  /** Whether a connection broke under a call, or there was none. */
  private static boolean isLost(Throwable failure) {
    return failure instanceof CancellationException
        || (failure instanceof RedisException
            && !(failure instanceof RedisCommandExecutionException));
  }

  /** Tells circuit breaker and time limit. */
  void guard(Guards guards) {
    guards.add(breaker);
    guards.add(limit);
  }

  /** Whether calls are likely to succeed. */
  boolean isUp() {
    return isReady && breaker.getState() == State.CLOSED;
  }

  /** Looks whether a broken way works again; to be called now and then. */
  void probe() {
    if (isReady && breaker.getState() != State.CLOSED) {
      guarded(Mono.defer(() -> ready.asMono()).flatMap(RedisScripts::ping))
          .subscribe(null, _ -> {});
    }
  }

  /** The innermost message: Redis's own words, which hold no credentials. */
  private static String last(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getClass().getSimpleName() + ": " + cause.getMessage();
  }

  @Override
  public void close() {
    closed = true;
    RedisClients.close(client);
  }
}
