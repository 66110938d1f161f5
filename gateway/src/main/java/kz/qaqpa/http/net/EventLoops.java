package kz.qaqpa.http.net;

import io.netty.channel.EventLoop;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Event loops as Reactor schedulers, one for each loop. As plain executors: what Reactor wraps
 * around an executor service makes a future of every token. Any thread.
 */
public final class EventLoops {
  private final ConcurrentMap<EventLoop, Scheduler> schedulers = new ConcurrentHashMap<>();

  /** The loop as Reactor wants it; the same object for the same loop. */
  public Scheduler of(EventLoop loop) {
    return schedulers.computeIfAbsent(loop, l -> Schedulers.fromExecutor(new Plain(l)));
  }

  /** An event loop of which nothing but its queue is to be seen. */
  private record Plain(EventLoop loop) implements Executor {
    @Override
    public void execute(Runnable task) {
      loop.execute(task);
    }
  }
}
