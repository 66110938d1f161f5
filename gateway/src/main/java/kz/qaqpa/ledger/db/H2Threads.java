package kz.qaqpa.ledger.db;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Threads for the embedded database, with a bounded queue. They are never interrupted, whoever
 * cancels what: an interrupt would close H2's file under everybody.
 */
final class H2Threads implements AutoCloseable {
  private static final int QUEUE = 1024;
  private static final int CLOSE_SECONDS = 10;
  private static final int KEEP_SECONDS = 60;

  private final ThreadPoolExecutor threads;
  private final Scheduler scheduler;

  @SuppressWarnings("UnnecessaryMethodReference") // It hides that this is an executor service.
  H2Threads(String name, int count) {
    threads =
        new ThreadPoolExecutor(
            count,
            count,
            KEEP_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(QUEUE),
            Thread.ofPlatform().daemon().name(name + "-", 0).factory());
    threads.allowCoreThreadTimeOut(true);
    // A plain executor: of an executor service Reactor would cancel, and so interrupt, its tasks.
    scheduler = Schedulers.fromExecutor(this::execute);
  }

  /**
   * Runs a task; nobody can take it back.
   *
   * @throws java.util.concurrent.RejectedExecutionException if too many wait, or after the end
   */
  void execute(Runnable task) {
    threads.execute(task);
  }

  Scheduler scheduler() {
    return scheduler;
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
