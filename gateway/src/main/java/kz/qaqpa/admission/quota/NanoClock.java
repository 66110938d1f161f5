package kz.qaqpa.admission.quota;

import io.github.bucket4j.TimeMeter;
import java.util.function.LongSupplier;

/**
 * A clock for buckets that a test can hold.
 *
 * @param nanoTime as {@link System#nanoTime}
 */
public record NanoClock(LongSupplier nanoTime) implements TimeMeter {
  @Override
  public long currentTimeNanos() {
    return nanoTime.getAsLong();
  }

  @Override
  public boolean isWallClockBased() {
    return false;
  }
}
