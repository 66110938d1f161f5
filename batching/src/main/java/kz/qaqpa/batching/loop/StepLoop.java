package kz.qaqpa.batching.loop;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import kz.qaqpa.batching.GenerationFailure.Kind;
import kz.qaqpa.batching.StepListener;
import kz.qaqpa.batching.kv.host.HostMemory;
import kz.qaqpa.batching.kv.host.KvMoves;
import kz.qaqpa.batching.schedule.PlannedStep;
import kz.qaqpa.batching.schedule.Scheduler;
import kz.qaqpa.batching.schedule.Sequence;
import kz.qaqpa.batching.schedule.Tally;
import kz.qaqpa.batching.schedule.Tally.Item;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.EngineShape;
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
 * Faults      Transient: the rows of this step fail, the loop goes on. Fatal: what runs fails, the
 *             engine is opened again and goes on with what waits; if that cannot be done, or for any
 *             error of our own, everything fails, the loop ends and is unhealthy, submitting is
 *             refused.
 * Late        A call that took too long, as restart() says, counts as a fatal fault when it
 *             returns: its result is not used.
 * End         Whatever ends the loop, every sequence gets its last event and the engine is closed.
 *             A submitter whose offer came too late finds `ended` set after its offer, and fails
 *             its own sequence by the same path: either the loop's last sweep sees the element or
 *             the submitter sees the flag.
 * Others      stop(), isHealthy(), hasEnded(), isBroken() and abandonLate() may be called by any
 *             thread.
 * </pre>
 */
final class StepLoop implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(StepLoop.class);
  private static final long STALLED_PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Supplier<Engine> again;
  private final EngineShape shape;
  private Engine engine; // This thread only; closed where isOpen is false.
  private boolean isOpen = true;
  private final Scheduler scheduler;
  private final Tally tally;
  private final StepListener listener;
  private final Thread thread;
  private final CommandRing<Sequence> commands;
  private final HostMemory memory;
  private final Leavers leavers = new Leavers();

  private volatile boolean stopRequested;
  private volatile boolean ended;
  private volatile boolean healthy = true;
  private volatile boolean broken;
  private volatile boolean restartRequested;
  private volatile long callSince; // System.nanoTime(), 0 outside of calls.

  StepLoop(
      Engine engine,
      Supplier<Engine> again,
      String model,
      Scheduler scheduler,
      Tally tally,
      StepListener listener,
      HostMemory memory,
      int ring) {
    this.engine = engine;
    this.again = again;
    this.shape = engine.shape();
    this.scheduler = scheduler;
    this.tally = tally;
    this.listener = listener;
    this.memory = memory;
    this.thread = Thread.ofPlatform().name("step-loop-" + model).daemon().unstarted(this);
    this.commands = new CommandRing<>(ring, thread);
  }

  Thread thread() {
    return thread;
  }

  CommandRing<Sequence> commands() {
    return commands;
  }

  Leavers leavers() {
    return leavers;
  }

  boolean isHealthy() {
    return healthy;
  }

  boolean hasEnded() {
    return ended;
  }

  /** Whether an error of our own ended it: no engine was to blame, and none can help. */
  boolean isBroken() {
    return broken;
  }

  /** Asks the loop to end after the step under way. */
  void stop() {
    stopRequested = true;
    LockSupport.unpark(thread);
  }

  /** Has the engine opened again once its call under way has returned. Any thread. */
  void restart() {
    restartRequested = true;
    LockSupport.unpark(thread);
  }

  /** How long the engine's call under way has taken, 0 if there is none. Any thread. */
  long inCallNanos() {
    long since = callSince;
    return since == 0 ? 0 : Math.max(1, System.nanoTime() - since);
  }

  @Override
  public void run() {
    Kind end = Kind.ENGINE;
    try {
      while (!stopRequested) {
        try {
          turn();
        } catch (EngineFault.Fatal fault) {
          reopen(fault);
        }
      }
      end = Kind.STOPPED;
    } catch (Throwable fault) { // Nothing may end this thread in silence.
      broken = !(fault instanceof EngineFault);
      LOG.error("{} failed and takes no more requests", thread.getName(), fault);
    } finally {
      end(end);
    }
  }

  private int turn() {
    assert Thread.currentThread() == thread;
    requireInTime();
    long start = System.nanoTime();
    RingTokenStream gone = leavers.take(); // First: whoever left was handed over before.
    drain();
    for (; gone != null; gone = gone.nextLeaver) {
      scheduler.cancelWaiting(gone.sequence(), start);
    }
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
    int moved = 0;
    callSince = start;
    try {
      for (; moved < step.moves().size(); moved++) {
        move(step.moves(), moved);
      }
      if (step.plan().rows() > 0) {
        long moves = System.nanoTime();
        StepResult result = engine.execute(step.plan());
        long done = System.nanoTime();
        callSince = 0;
        requireInTime();
        scheduler.costs().executed(step.plan().rows(), step.plan().tokens(), done - moves);
        // Counted before apply(): who sees a stream end reads counters that know of its steps.
        tally.add(Item.ENGINE_NANOS, done - start);
        listener.onStep(step.plan().rows(), step.plan().tokens(), done - start);
        scheduler.apply(step, result, done);
        return done - start;
      }
    } catch (EngineFault.Transient fault) {
      LOG.warn("{}: a step failed, {} rows", thread.getName(), step.plan().rows(), fault);
      scheduler.failStep(step, moved);
    } finally {
      callSince = 0;
    }
    long engineNanos = System.nanoTime() - start;
    tally.add(Item.ENGINE_NANOS, engineNanos);
    return engineNanos;
  }

  private void requireInTime() {
    if (restartRequested) {
      restartRequested = false;
      throw new EngineFault.Fatal("the engine took too long", null);
    }
  }

  /** Goes on with another engine, or passes the fault on. */
  private void reopen(EngineFault.Fatal fault) {
    healthy = false;
    LOG.error("{}: the engine failed, and is opened again", thread.getName(), fault);
    scheduler.forgetEngine("the engine failed");
    closeEngine();
    engine = again.get();
    isOpen = true;
    if (!engine.shape().equals(shape)) {
      throw new EngineFault.Fatal("engine: came back as " + engine.shape() + " for " + shape, null);
    }
    restartRequested = false;
    LOG.warn("{}: the engine works again", thread.getName());
    healthy = true;
  }

  private void closeEngine() {
    if (isOpen) {
      isOpen = false;
      try {
        engine.close();
      } catch (RuntimeException broken) { // It failed before; what it held is lost either way.
        LOG.warn("{}: the engine could not be closed", thread.getName(), broken);
      }
    }
  }

  private void move(KvMoves moves, int i) {
    long start = moves.isOfHost(i) ? System.nanoTime() : 0;
    moves.make(i, engine, memory);
    if (moves.isOfHost(i)) {
      scheduler.costs().moved(1, System.nanoTime() - start);
    }
  }

  private void end(Kind kind) {
    healthy = kind == Kind.STOPPED;
    ended = true;
    try {
      failAll(kind);
    } catch (RuntimeException fault) { // The engine must be closed whatever a consumer did.
      LOG.error("{} could not end all sequences", thread.getName(), fault);
    } finally {
      try {
        closeEngine();
      } finally {
        memory.close(); // Last: until it is closed, the engine may fill blocks.
      }
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
