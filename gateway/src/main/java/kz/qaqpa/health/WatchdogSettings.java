package kz.qaqpa.health;

import java.time.Duration;
import kz.qaqpa.config.Expect;

/**
 * Section {@code watchdog}: when an engine counts as stuck, and what is done about it.
 *
 * @param stepLimit a step that takes longer is stuck, 100 ms to 1 h
 * @param queueLimit requests that wait so long while no step is made are stuck, 100 ms to 1 h
 * @param hangTimeout a step that has not come back after this long never will: clients get their
 *     errors and the process leaves; at least {@code stepLimit}, at most 1 h
 * @param restarts times that the engine is started again within {@code restartWindow}, 0 to 100;
 *     beyond that it stays down
 * @param restartWindow 1 s to 24 h
 */
public record WatchdogSettings(
    Duration stepLimit,
    Duration queueLimit,
    Duration hangTimeout,
    int restarts,
    Duration restartWindow) {

  /** Checks ranges. */
  public WatchdogSettings {
    Duration hour = Duration.ofHours(1);
    Expect.range("stepLimit", stepLimit, Duration.ofMillis(100), hour);
    Expect.range("queueLimit", queueLimit, Duration.ofMillis(100), hour);
    Expect.range("hangTimeout", hangTimeout, stepLimit, hour);
    Expect.range("restarts", restarts, 0, 100);
    Expect.range("restartWindow", restartWindow, Duration.ofSeconds(1), Duration.ofHours(24));
  }
}
