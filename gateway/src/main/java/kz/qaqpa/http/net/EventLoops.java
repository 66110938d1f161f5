package kz.qaqpa.http.net;

import io.netty.channel.EventLoop;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * Event loops as Reactor schedulers, one for each loop. A task goes to the loop's queue as it is:
 * what Reactor wraps around an executor allocates two objects for every token, on the step loop,
 * and enters and removes each in a set under a lock. So nothing can be taken back from a queue: a
 * task of a worker that was disposed of runs, and must know by itself that it is no longer wanted,
 * as those of {@code publishOn} do. Any thread.
 */
public final class EventLoops {
  private final ConcurrentMap<EventLoop, Scheduler> schedulers = new ConcurrentHashMap<>();

  /** The loop as Reactor wants it; the same object for the same loop. */
  public Scheduler of(EventLoop loop) {
    return schedulers.computeIfAbsent(loop, Plain::new);
  }

  /** An event loop of which nothing but its queue is to be seen. */
  private static final class Plain implements Scheduler {
    private static final Disposable HANDED_OVER = Disposables.never();

    private final EventLoop loop;
    private final Worker worker = new Shared();

    Plain(EventLoop loop) {
      this.loop = loop;
    }

    /**
     * Hands it over.
     *
     * @throws java.util.concurrent.RejectedExecutionException if the loop has ended
     */
    @Override
    public Disposable schedule(Runnable task) {
      loop.execute(task);
      return HANDED_OVER;
    }

    @Override
    public Worker createWorker() {
      return worker;
    }

    /** Does nothing: the loop is not its own. */
    @Override
    public void dispose() {}

    /** Of all who ask for one: there is nothing to be told apart. */
    private final class Shared implements Worker {
      @Override
      public Disposable schedule(Runnable task) {
        return Plain.this.schedule(task);
      }

      /** Does nothing: others have it, too. */
      @Override
      public void dispose() {}
    }
  }
}
