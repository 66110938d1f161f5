package kz.qaqpa.ledger.write;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import kz.qaqpa.ledger.spool.Entry;
import reactor.core.publisher.Sinks;

/**
 * Records on their way to a commit, taken in groups. A group is what came while the commit before
 * it was under way, or within the delay since that one began: whoever comes after a silence does
 * not wait, and whoever comes with others waits for the delay at most. Bounded. Any thread adds,
 * one takes.
 */
final class GroupQueue {
  /** Records of one commit. */
  static final int GROUP = 256;

  /** Records that may wait. */
  static final int CAPACITY = 16_384;

  private final long delayNanos;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Pending> queue = new ArrayDeque<>();
  private long lastGroup = System.nanoTime();
  private boolean closed;

  /** When the oldest record came that was not yet told to be durable; 0 if there is none. */
  private volatile long oldest;

  private volatile int size;

  /**
   * A record that waits.
   *
   * @param entry the record, with its label
   * @param done told when it is durable, or cannot be
   * @param came by {@link System#nanoTime}
   */
  record Pending(Entry entry, Sinks.Empty<Void> done, long came) {}

  /**
   * @param delay how long records may be gathered
   */
  GroupQueue(Duration delay) {
    delayNanos = delay.toNanos();
  }

  /** Adds a record; false if there is no room, or no more are taken. */
  boolean offer(Pending pending) {
    lock.lock();
    try {
      if (closed || queue.size() >= CAPACITY) {
        return false;
      }
      if (oldest == 0) {
        oldest = pending.came();
      }
      queue.add(pending);
      size = queue.size();
      changed.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** The next group, the one before being over; waits for it. Empty once closed and at the end. */
  List<Pending> take() throws InterruptedException {
    lock.lock();
    try {
      oldest = queue.isEmpty() ? 0 : queue.getFirst().came();
      while (queue.isEmpty()) {
        if (closed) {
          return List.of();
        }
        changed.await();
      }
      long begin = lastGroup + delayNanos;
      long left = begin - System.nanoTime();
      while (left > 0 && queue.size() < GROUP && !closed) {
        changed.await(left, TimeUnit.NANOSECONDS);
        left = begin - System.nanoTime();
      }
      lastGroup = System.nanoTime();
      List<Pending> group = new ArrayList<>(Math.min(GROUP, queue.size()));
      while (group.size() < GROUP && !queue.isEmpty()) {
        group.add(queue.remove());
      }
      size = queue.size();
      return group;
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more; what waits is still handed out. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  int size() {
    return size;
  }

  /** Seconds since the oldest record came that is not durable yet, or 0. */
  double lagSeconds() {
    long since = oldest;
    return since == 0 ? 0 : (System.nanoTime() - since) / 1e9;
  }
}
