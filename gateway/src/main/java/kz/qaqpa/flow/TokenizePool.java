package kz.qaqpa.flow;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import kz.qaqpa.admission.Refusal;
import reactor.core.publisher.Mono;

/**
 * The threads {@code tokenize-N}: work that is too long for an event loop and too short for a queue
 * without bound. Any thread.
 */
public final class TokenizePool implements AutoCloseable {
  private final ThreadPoolExecutor executor;
  private final int queue;

  /**
   * @param threads at least 1
   * @param queue tasks that may wait, at least 1
   */
  public TokenizePool(int threads, int queue) {
    AtomicInteger number = new AtomicInteger();
    this.queue = queue;
    this.executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(queue),
            task ->
                Thread.ofPlatform()
                    .daemon()
                    .name("tokenize-" + number.getAndIncrement())
                    .unstarted(task));
  }

  /**
   * Runs a task on the pool; its result comes on the pool's thread. Cancelling takes a waiting task
   * out of the queue; one that runs goes on to its end, and its result or failure is dropped.
   *
   * @return the result, or {@link Refusal.Overloaded} if the queue is full
   */
  public <T> Mono<T> call(Callable<T> task) {
    return Mono.create(sink -> {
      AtomicBoolean cancelled = new AtomicBoolean();
      Runnable work =
          () -> {
            try {
              sink.success(task.call());
            } catch (Exception e) {
              if (!cancelled.get()) {
                sink.error(e);
              }
            }
          };
      sink.onCancel(() -> {
        cancelled.set(true);
        executor.remove(work);
      });
      try {
        executor.execute(work);
      } catch (RejectedExecutionException e) {
        sink.error(
            new Refusal.Overloaded(
                "waiting to be tokenised: " + queue + " requests (expected: fewer)"));
      }
    });
  }

  /** Tasks that wait now. */
  public int waiting() {
    return executor.getQueue().size();
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
