package kz.qaqpa.testing;

import java.util.concurrent.locks.LockSupport;

/** Waiting that others cannot cut short by waking the thread, as a parked one would be. */
public final class Pause {
  private Pause() {}

  /** Parks the thread for so long, unless it is interrupted; not at all for 0 or less. */
  public static void nanos(long nanos) {
    long end = System.nanoTime() + nanos;
    long left = nanos;
    while (left > 0 && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(left);
      left = end - System.nanoTime();
    }
  }
}
