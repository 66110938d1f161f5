package kz.qaqpa.batching.loop;

import java.util.concurrent.locks.LockSupport;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Offered to by any thread, polled by the step loop. A bounded queue that wakes its consumer.
 *
 * <p>No wake-up is lost: an offer unparks after the element is in the queue, and the consumer parks
 * only after it found the queue empty. If the offer comes in between, the permit is there before
 * the park and makes it return at once.
 *
 * <p>What can be refused goes through here. Drain and stop are flags of the loop instead: a full
 * ring must not be able to refuse them.
 */
final class CommandRing<C> {
  private final MpscVarHandleArrayQueue<C> queue;
  private final Thread consumer;

  /**
   * An empty ring.
   *
   * @param capacity a power of two
   * @param consumer the one thread that polls
   */
  CommandRing(int capacity, Thread consumer) {
    this.queue = new MpscVarHandleArrayQueue<>(capacity);
    this.consumer = consumer;
  }

  /** Adds a command and wakes the consumer; false if the ring is full. */
  boolean offer(C command) {
    boolean taken = queue.offer(command);
    if (taken) {
      LockSupport.unpark(consumer);
    }
    return taken;
  }

  /** Commands in it, as of about now. Any thread. */
  int size() {
    return queue.size();
  }

  /**
   * The oldest command, or null if there is none. Not {@code relaxedPoll}: that may return null
   * while an offer that began earlier is still under way, and so is no test for "empty".
   */
  @Nullable C poll() {
    return queue.poll();
  }
}
