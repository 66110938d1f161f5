package kz.qaqpa.admission.quota.redis;

import java.time.Duration;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * Ends of requests on their way to Redis, in the order in which they came, as long as it takes. Any
 * thread.
 *
 * <p>They wait in memory. One that is lost with the process is safe all the same where it ends a
 * reservation: the lease runs out and all of it counts. What was used as a share while Redis was
 * away is lost with the process, and Redis counts less than was used, by at most that share.
 */
final class Settlements {
  private static final Logger LOG = LoggerFactory.getLogger(Settlements.class);

  /** Sent and not yet answered. */
  private static final int WINDOW = 256;

  private final RedisLink link;
  private final Scheduler scheduler;
  private final Duration patience;
  private final int capacity;
  private final ReentrantLock lock = new ReentrantLock();
  private final TreeMap<Long, Entry> waiting = new TreeMap<>();
  private long next;
  private int sent;
  private int promised;
  private long dropped;

  /** One end. */
  private record Entry(
      long number, ScriptCall call, Consumer<ScriptCall.Reply> told, Sinks.Empty<Void> done) {}

  /**
   * @param patience how long an answer waits for its end to be counted
   * @param capacity how many may wait
   */
  Settlements(RedisLink link, Scheduler scheduler, Duration patience, int capacity) {
    this.link = link;
    this.scheduler = scheduler;
    this.patience = patience;
    this.capacity = capacity;
  }

  /**
   * Keeps a place for an end that must not be lost, while there is one; until {@link #add} or
   * {@link #release}.
   */
  boolean promise() {
    lock.lock();
    try {
      if (waiting.size() + sent + promised >= capacity) {
        return false;
      }
      promised++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Gives a promised place up: there will be no end. */
  void release() {
    lock.lock();
    try {
      promised--;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sends an end; begins at once.
   *
   * @param isPromised whether it has a place
   * @param told gets the reply
   * @return completes when it is counted, or will be later, or there is no room for it
   */
  Mono<Void> add(ScriptCall call, boolean isPromised, Consumer<ScriptCall.Reply> told) {
    Sinks.Empty<Void> done = Sinks.empty();
    lock.lock();
    try {
      if (isPromised) {
        promised--;
      }
      if (waiting.size() + sent + promised >= capacity) {
        dropped++;
        return Mono.empty();
      }
      Entry entry = new Entry(next++, call, told, done);
      waiting.put(entry.number(), entry);
    } finally {
      lock.unlock();
    }
    flush();
    return link.isUp() ? done.asMono().timeout(patience, Mono.empty(), scheduler) : Mono.empty();
  }

  /** Sends what waits, if that is likely to work. */
  void flush() {
    while (link.isUp()) {
      Entry entry = take();
      if (entry == null) {
        return;
      }
      link.call(entry.call())
          .subscribe(reply -> finish(entry, reply), failure -> putBack(entry, failure));
    }
  }

  private @Nullable Entry take() {
    lock.lock();
    try {
      if (waiting.isEmpty() || sent >= WINDOW) {
        return null;
      }
      sent++;
      return waiting.pollFirstEntry().getValue();
    } finally {
      lock.unlock();
    }
  }

  private void finish(Entry entry, ScriptCall.Reply reply) {
    entry.told().accept(reply); // Before it is no longer counted as pending.
    lock.lock();
    try {
      sent--;
    } finally {
      lock.unlock();
    }
    entry.done().tryEmitEmpty();
    flush();
  }

  private void putBack(Entry entry, Throwable failure) {
    LOG.debug("a settlement waits", failure);
    lock.lock();
    try {
      sent--;
      waiting.put(entry.number(), entry);
    } finally {
      lock.unlock();
    }
  }

  /** Ends that wait or are under way. */
  long pending() {
    lock.lock();
    try {
      return (long) waiting.size() + sent;
    } finally {
      lock.unlock();
    }
  }

  /** Ends for which there was no room. */
  long dropped() {
    lock.lock();
    try {
      return dropped;
    } finally {
      lock.unlock();
    }
  }
}
