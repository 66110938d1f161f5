package kz.qaqpa.health;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.guard.Guards;

/**
 * Starts an engine again, behind a circuit breaker: every restart counts as a failure, and after so
 * many within a window there is none. Opening is done by the step loop; the rest by any thread.
 */
public final class EngineRestarts implements Supplier<Engine> {
  private static final float ANY = 1;

  private final Supplier<Engine> open;
  private final WatchdogSettings settings;
  private final CircuitBreaker breaker;
  private final AtomicLong restarts = new AtomicLong();

  /**
   * @param open opens an engine like the first one
   */
  public EngineRestarts(Supplier<Engine> open, WatchdogSettings settings) {
    this.open = open;
    this.settings = settings;
    int most = Math.max(1, settings.restarts());
    this.breaker =
        CircuitBreaker.of(
            "engine",
            CircuitBreakerConfig.custom()
                .slidingWindow(
                    Math.toIntExact(settings.restartWindow().toSeconds()),
                    most,
                    SlidingWindowType.TIME_BASED)
                .failureRateThreshold(ANY)
                .waitDurationInOpenState(settings.restartWindow())
                .build());
    if (settings.restarts() == 0) {
      breaker.transitionToForcedOpenState();
    }
  }

  /**
   * Opens it again.
   *
   * @throws EngineFault.Fatal if that was done too often already
   */
  @Override
  public Engine get() {
    if (!breaker.tryAcquirePermission()) {
      throw new EngineFault.Fatal(
          "engine: not started again (watchdog.restarts: "
              + settings.restarts()
              + " within "
              + settings.restartWindow()
              + ")",
          null);
    }
    breaker.onError(0, TimeUnit.NANOSECONDS, new IllegalStateException("restart"));
    restarts.incrementAndGet();
    return open.get();
  }

  /** Tells its circuit breaker. */
  public void guard(Guards guards) {
    guards.add(breaker);
  }

  /** Times that it was started again. */
  public long restarts() {
    return restarts.get();
  }

  /** Whether it would be started again now. */
  public boolean mayRestart() {
    return breaker.getState() == CircuitBreaker.State.CLOSED
        || breaker.getState() == CircuitBreaker.State.HALF_OPEN;
  }
}
