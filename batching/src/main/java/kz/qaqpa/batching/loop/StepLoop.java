package kz.qaqpa.batching.loop;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import kz.qaqpa.batching.GenerationFailure.Kind;
import kz.qaqpa.batching.StepListener;
import kz.qaqpa.batching.schedule.PlannedStep;
import kz.qaqpa.batching.schedule.Scheduler;
import kz.qaqpa.batching.schedule.Sequence;
import kz.qaqpa.batching.schedule.Tally;
import kz.qaqpa.batching.schedule.Tally.Item;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.StepResult;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The step loop: this class is the one platform thread {@code step-loop-<model>}, and all of its
 * private methods run on it.
 *
 * <pre>
 * Turn        Drain what was submitted, plan a step, execute it, apply its result. Executing is the
 *             only call that blocks; this thread alone touches the engine, from first to last.
 * Idle        Nothing to do and no live sequence: park until an offer or stop() unparks. Nothing to
 *             do although sequences live (all consumers stalled): look again in a millisecond. The
 *             ring is polled once more right before parking, because a lock taken on the way (by a
 *             logger, by a consumer's executor) may have used up the permit of an earlier offer.
 * Faults      Transient: the rows of this step fail, the loop goes on. Fatal, or any error of our
 *             own: everything fails, the loop ends and is unhealthy, submitting is refused.
 * End         Whatever ends the loop, every sequence gets its last event and the engine is closed.
 *             A submitter whose offer came too late finds `ended` set after its offer, and fails
 *             its own sequence by the same path: either the loop's last sweep sees the element or
 *             the submitter sees the flag.
 * Others      stop(), isHealthy(), hasEnded() and abandonLate() may be called by any thread.
 * </pre>
 */
final class StepLoop implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(StepLoop.class);
  private static final long STALLED_PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Engine engine;
  private final Scheduler scheduler;
  private final Tally tally;
  private final StepListener listener;
  private final Thread thread;
  private final CommandRing<Sequence> commands;

  private volatile boolean stopRequested;
  private volatile boolean ended;
  private volatile boolean healthy = true;

  StepLoop(
      Engine engine,
      String model,
      Scheduler scheduler,
      Tally tally,
      StepListener listener,
      int ring) {
    this.engine = engine;
    this.scheduler = scheduler;
    this.tally = tally;
    this.listener = listener;
    this.thread = Thread.ofPlatform().name("step-loop-" + model).daemon().unstarted(this);
    this.commands = new CommandRing<>(ring, thread);
  }

  Thread thread() {
    return thread;
  }

  CommandRing<Sequence> commands() {
    return commands;
  }

  boolean isHealthy() {
    return healthy;
  }

  boolean hasEnded() {
    return ended;
  }

  /** Asks the loop to end after the step under way. */
  void stop() {
    stopRequested = true;
    LockSupport.unpark(thread);
  }

  @Override
  public void run() {
    Kind end = Kind.ENGINE;
    try {
      while (!stopRequested) {
        turn();
      }
      end = Kind.STOPPED;
    } catch (Throwable fault) { // Nothing may end this thread in silence.
      LOG.error("{} failed and takes no more requests", thread.getName(), fault);
    } finally {
      end(end);
    }
  }

  private int turn() {
    assert Thread.currentThread() == thread;
    drain();
    long start = System.nanoTime();
    PlannedStep step = scheduler.plan(start);
    if (step.isEmpty()) {
      idle();
      return 0;
    }
    long engineNanos = execute(step);
    tally.add(Item.LOOP_NANOS, System.nanoTime() - start - engineNanos);
    return step.plan().rows();
  }

  private int drain() {
    int taken = 0;
    for (Sequence s = commands.poll(); s != null; s = commands.poll()) {
      scheduler.enqueue(s);
      taken++;
    }
    return taken;
  }

  private void idle() {
    if (drain() > 0 || stopRequested) {
      return;
    }
    if (scheduler.hasLive()) {
      LockSupport.parkNanos(this, STALLED_PARK_NANOS);
    } else {
      LockSupport.park(this);
    }
    Thread.interrupted(); // A set flag would make every later park return at once.
  }

  /** Runs one step and takes in its result; returns the time spent in the engine. */
  private long execute(PlannedStep step) {
    long start = System.nanoTime();
    boolean copiesMade = false;
    try {
      for (int i = 0; i < step.copies(); i++) {
        engine.copyKv(step.copyFrom(i), step.copyTo(i), step.copyTokens(i));
      }
      copiesMade = true;
      if (step.plan().rows() > 0) {
        StepResult result = engine.execute(step.plan());
        long done = System.nanoTime();
        // Counted before apply(): who sees a stream end reads counters that know of its steps.
        tally.add(Item.ENGINE_NANOS, done - start);
        listener.onStep(step.plan().rows(), step.plan().tokens(), done - start);
        scheduler.apply(step, result, done);
        return done - start;
      }
    } catch (EngineFault.Transient fault) {
      LOG.warn("{}: a step failed, {} rows lost", thread.getName(), step.plan().rows(), fault);
      scheduler.failStep(step, copiesMade);
    }
    long engineNanos = System.nanoTime() - start;
    tally.add(Item.ENGINE_NANOS, engineNanos);
    return engineNanos;
  }

  private void end(Kind kind) {
    healthy = kind == Kind.STOPPED;
    ended = true;
    try {
      failAll(kind);
    } catch (RuntimeException fault) { // The engine must be closed whatever a consumer did.
      LOG.error("{} could not end all sequences", thread.getName(), fault);
    } finally {
      engine.close();
    }
  }

  /** Under the lock: a submitter that sees {@code ended} may come while this is under way. */
  private synchronized void failAll(Kind kind) {
    scheduler.failAll(kind, reason(kind));
    abandonLate();
  }

  /** Fails what was offered too late for the loop; only after it has ended. */
  synchronized void abandonLate() {
    for (Sequence s = commands.poll(); s != null; s = commands.poll()) {
      scheduler.enqueue(s);
      Kind kind = healthy ? Kind.STOPPED : Kind.ENGINE;
      scheduler.failAll(kind, reason(kind));
    }
  }

  private static String reason(Kind kind) {
    return kind == Kind.STOPPED ? "the server is stopping" : "the engine is unusable";
  }

  /** What is wrong with the structure, or null; only after the thread has ended. */
  @Nullable String problem() {
    return scheduler.hasLive() ? "sequences live" : scheduler.problem();
  }
}
