package kz.qaqpa.admission;

import java.util.concurrent.atomic.AtomicBoolean;

/** What a request holds of its application's limits, until it is closed. Any thread. */
public final class Permit implements AutoCloseable {
  private final Application application;
  private final Runnable release;
  private final AtomicBoolean closed = new AtomicBoolean();

  Permit(Application application, Runnable release) {
    this.application = application;
    this.release = release;
  }

  /** Whose it is. */
  public Application application() {
    return application;
  }

  /** Gives back what was held. Idempotent. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      release.run();
    }
  }
}
