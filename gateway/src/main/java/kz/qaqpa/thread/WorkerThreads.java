package kz.qaqpa.thread;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;

/**
 * A few threads of their own name, and a queue in front of them. Any thread; nothing here waits.
 */
public final class WorkerThreads implements AutoCloseable {
  private final ThreadPoolExecutor executor;

  private WorkerThreads(String name, int threads, BlockingQueue<Runnable> queue, Duration idle) {
    executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            idle.toMillis(),
            TimeUnit.MILLISECONDS,
            queue,
            Thread.ofPlatform().daemon().name(name + "-", 0).factory());
    executor.allowCoreThreadTimeOut(idle.isPositive());
  }

  /**
   * Threads that live until {@link #close}.
   *
   * @param name what they are called, before their number
   * @param threads at least 1
   * @param queue work that may wait, at least 1
   */
  public static WorkerThreads lasting(String name, int threads, int queue) {
    return new WorkerThreads(name, threads, new LinkedBlockingQueue<>(queue), Duration.ZERO);
  }

  /**
   * Threads that end by themselves where nothing is to be done, so that nobody has to close them.
   *
   * @param idle after which one ends
   */
  public static WorkerThreads passing(String name, int threads, int queue, Duration idle) {
    return new WorkerThreads(name, threads, new LinkedBlockingQueue<>(queue), idle);
  }

  /**
   * Does a piece of work when somebody subscribes. Cancelling takes what waits out of the queue;
   * what runs goes on to its end, and its result or failure is dropped.
   *
   * @param refusal made if the queue is full or closed
   * @return the result, on one of these threads, or the refusal
   */
  public <T> Mono<T> call(Callable<T> work, Supplier<? extends Throwable> refusal) {
    return Mono.create(sink -> {
      AtomicBoolean cancelled = new AtomicBoolean();
      Runnable task =
          () -> {
            try {
              sink.success(work.call());
            } catch (Exception e) {
              if (!cancelled.get()) {
                sink.error(e);
              }
            }
          };
      sink.onCancel(() -> {
        cancelled.set(true);
        executor.remove(task);
      });
      try {
        executor.execute(task);
      } catch (RejectedExecutionException e) {
        sink.error(refusal.get());
      }
    });
  }

  /** Pieces of work that wait now. */
  public int waiting() {
    return executor.getQueue().size();
  }

  /** What waits is not done any more. */
  @Override
  public void close() {
    executor.shutdownNow();
  }
}
