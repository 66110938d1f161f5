package kz.qaqpa.flow;

import java.util.concurrent.Callable;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.guard.Bulkhead;
import kz.qaqpa.guard.Guards;
import kz.qaqpa.thread.WorkerThreads;
import reactor.core.publisher.Mono;

/**
 * The threads {@code tokenize-N}: work that is too long for an event loop and too short for a queue
 * without bound. Any thread.
 */
public final class TokenizePool implements AutoCloseable {
  private final WorkerThreads threads;
  private final int queue;

  /**
   * @param threads at least 1
   * @param queue tasks that may wait, at least 1
   */
  public TokenizePool(int threads, int queue) {
    this.queue = queue;
    this.threads = WorkerThreads.lasting("tokenize", threads, queue);
  }

  /**
   * Runs a task on the pool; its result comes on the pool's thread. Cancelling takes a waiting task
   * out of the queue; one that runs goes on to its end, and its result or failure is dropped.
   *
   * @return the result, or {@link Refusal.Overloaded} if the queue is full
   */
  public <T> Mono<T> call(Callable<T> task) {
    return threads.call(
        task,
        () ->
            new Refusal.Overloaded(
                "waiting to be tokenised: " + queue + " requests (expected: fewer)"));
  }

  /** Tells the bound of what may wait. */
  public void guard(Guards guards) {
    guards.add(new Bulkhead("tokenize", queue, threads::waiting));
  }

  /** Tasks that wait now. */
  public int waiting() {
    return threads.waiting();
  }

  @Override
  public void close() {
    threads.close();
  }
}
