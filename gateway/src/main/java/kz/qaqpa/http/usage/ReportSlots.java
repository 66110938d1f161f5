package kz.qaqpa.http.usage;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.report.ReportSettings;

/**
 * How many reports are in the making: of one reader, and of all. A report reads a database for as
 * long as its client takes; it has no permit, since no token is computed for it. Any thread.
 */
final class ReportSlots {
  private static final Duration WAIT = Duration.ofSeconds(1);

  private final ReportSettings most;
  private final Map<String, Integer> held = new HashMap<>();
  private int total;

  ReportSlots(ReportSettings most) {
    this.most = most;
  }

  /** A place that is held until it is closed. */
  interface Slot extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Takes a place.
   *
   * @throws Refusal.OverQuota if this reader has as many as it may have
   * @throws Refusal.Overloaded if all readers together have
   */
  synchronized Slot take(Reader reader) {
    int own = held.getOrDefault(reader.id(), 0);
    if (own >= most.perReader()) {
      throw new Refusal.OverQuota(
          "reports of " + reader.id() + ": " + own + " at once (expected: at most that many)",
          WAIT);
    }
    if (total >= most.total()) {
      throw new Refusal.Overloaded(
          "reports: " + total + " at once (expected: at most that many; try again soon)");
    }
    held.put(reader.id(), own + 1);
    total++;
    AtomicBoolean open = new AtomicBoolean(true);
    return () -> {
      if (open.getAndSet(false)) {
        release(reader.id());
      }
    };
  }

  private synchronized void release(String id) {
    held.computeIfPresent(id, (_, count) -> count == 1 ? null : count - 1);
    total--;
  }

  /** Places that are held now. */
  synchronized int total() {
    return total;
  }
}
