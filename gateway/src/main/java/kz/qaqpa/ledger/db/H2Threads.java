package kz.qaqpa.ledger.db;

import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Threads for the embedded database. New work is refused when too much waits; what has begun always
 * comes to its end. They are never interrupted, whoever cancels what: an interrupt would close H2's
 * file under everybody.
 */
final class H2Threads implements AutoCloseable {
  private static final int MOST_WAITING = 1024;
  private static final int CLOSE_SECONDS = 10;
  private static final int KEEP_SECONDS = 60;

  private final String name;
  private final ThreadPoolExecutor threads;
  private final AtomicLong tasks = new AtomicLong();
  private final Scheduler scheduler;
  private final Scheduler leaving;

  /** Those who leave go first, as others may need what they hold; else one after another. */
  private record Task(boolean leaves, long number, Runnable work)
      implements Runnable, Comparable<Task> {
    @Override
    public void run() {
      work.run();
    }

    @Override
    public int compareTo(Task other) {
      return leaves == other.leaves ? Long.compare(number, other.number) : leaves ? -1 : 1;
    }
  }

  H2Threads(String name, int count) {
    this.name = name;
    threads =
        new ThreadPoolExecutor(
            count,
            count,
            KEEP_SECONDS,
            TimeUnit.SECONDS,
            new PriorityBlockingQueue<>(), // Bounded by those who begin something.
            Thread.ofPlatform().daemon().name(name + "-", 0).factory());
    threads.allowCoreThreadTimeOut(true);
    // Plain executors: of an executor service Reactor would cancel, and so interrupt, its tasks.
    scheduler = Schedulers.fromExecutor(step -> goOn(step, false));
    leaving = Schedulers.fromExecutor(step -> goOn(step, true));
  }

  /**
   * Runs a new task; nobody can take it back.
   *
   * @throws RejectedExecutionException if too many wait, or after the end
   */
  void execute(Runnable task) {
    if (isFull()) {
      throw new RejectedExecutionException("too many wait, or closed");
    }
    threads.execute(new Task(false, tasks.incrementAndGet(), task));
  }

  /** Whether new work is refused: too much waits, or it is the end. */
  boolean isFull() {
    return threads.isShutdown() || threads.getQueue().size() >= MOST_WAITING;
  }

  /**
   * For work in several steps, of which whoever begins it asks {@link #isFull} first. No step is
   * refused: a reader that asks for more, or leaves, has to be heard, or it would wait for ever and
   * keep its connection. After the end the step fails by itself, as its connection is closed.
   */
  Scheduler scheduler() {
    return scheduler;
  }

  /** The same for those who leave: before all that waits. */
  Scheduler leaving() {
    return leaving;
  }

  private void goOn(Runnable step, boolean leaves) {
    try {
      threads.execute(new Task(leaves, tasks.incrementAndGet(), step));
    } catch (RejectedExecutionException e) { // After the end.
      Thread.ofVirtual().name(name + "-late").start(step);
    }
  }

  /** Lets what has begun or waits come to its end. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
