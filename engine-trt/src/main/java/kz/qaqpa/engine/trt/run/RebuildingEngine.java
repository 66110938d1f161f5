package kz.qaqpa.engine.trt.run;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.EngineShape;
import kz.qaqpa.engine.StepPlan;
import kz.qaqpa.engine.StepResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An engine that is made anew when it breaks, so that its gateway need not end.
 *
 * <p>After an error that lasts, the device is reset, the engine opened once more, and the step that
 * met the error fails as one step does. What the slots held is lost then: a step, copy or reading
 * that would use lost content fails too, until the slot was written again, so that nobody is
 * answered from an empty cache. Host blocks stay good; where one may not have been filled yet, the
 * fault lasts, and whoever has the blocks opens an engine of its own and forgets them: the device
 * is reset for it. An engine that breaks again and again is given up. Confined to the engine's
 * thread.
 */
public final class RebuildingEngine implements Engine {
  private static final Logger LOG = LoggerFactory.getLogger(RebuildingEngine.class);
  private static final int MOST_REBUILDS = 3;
  private static final long WITHIN_NANOS = Duration.ofHours(1).toNanos();

  private final Runnable reset;
  private final Supplier<? extends Engine> reopen;
  private final LongSupplier clock;
  private final EngineShape shape;
  private final Deque<Long> rebuilds = new ArrayDeque<>();

  /** By slot: positions whose content is not lost. */
  private final int[] kept;

  private volatile Engine engine;
  private final AtomicInteger rebuilt = new AtomicInteger();

  /** Whether a block was read that no step has followed. */
  private boolean promised;

  private boolean closed;

  /**
   * @param engine closed with this
   * @param reset resets the device, whose engine was closed before
   * @param reopen opens the same engine again
   * @param clock in nanoseconds, as {@link System#nanoTime}
   */
  public RebuildingEngine(
      Engine engine, Runnable reset, Supplier<? extends Engine> reopen, LongSupplier clock) {
    this.engine = engine;
    this.reset = reset;
    this.reopen = reopen;
    this.clock = clock;
    this.shape = engine.shape();
    this.kept = new int[shape.slots()];
    Arrays.fill(kept, shape.slotLength());
  }

  /** The engine as it is now; asked by any thread. */
  public Engine current() {
    return engine;
  }

  /** How often it was made anew; asked by any thread. */
  public int rebuilds() {
    return rebuilt.get();
  }

  @Override
  public EngineShape shape() {
    return shape;
  }

  @Override
  public StepResult execute(StepPlan plan) {
    for (int row = 0; row < plan.rows(); row++) {
      requireKept(plan.slot(row), plan.kvLength(row));
    }
    StepResult result;
    try {
      result = engine.execute(plan);
    } catch (EngineFault.Fatal fault) {
      throw rebuild(fault);
    }
    promised = false;
    for (int row = 0; row < plan.rows(); row++) {
      int slot = plan.slot(row);
      kept[slot] = Math.max(kept[slot], plan.kvLength(row) + plan.queryLength(row));
    }
    return result;
  }

  private void requireKept(int slot, int tokens) {
    if (slot >= 0 && slot < kept.length && tokens > kept[slot] && tokens <= shape.slotLength()) {
      throw new EngineFault.Transient(
          "slot " + slot + ": its content was lost when the engine was rebuilt", null);
    }
  }

  @Override
  public void copyKv(int fromSlot, int toSlot, int tokens) {
    guarded(() -> engine.copyKv(fromSlot, toSlot, tokens));
    if (fromSlot != toSlot) {
      kept[toSlot] = kept[fromSlot] >= tokens ? Math.max(kept[toSlot], tokens) : kept[fromSlot];
    }
  }

  @Override
  public long kvBytesPerToken() {
    return engine.kvBytesPerToken();
  }

  @Override
  public void readKv(int slot, int fromToken, int tokens, ByteBuffer block) {
    requireKept(slot, fromToken + tokens);
    guarded(() -> engine.readKv(slot, fromToken, tokens, block));
    promised |= tokens > 0;
  }

  @Override
  public void writeKv(int slot, int fromToken, int tokens, ByteBuffer block) {
    guarded(() -> engine.writeKv(slot, fromToken, tokens, block));
    if (fromToken <= kept[slot]) {
      kept[slot] = Math.max(kept[slot], fromToken + tokens);
    }
  }

  private void guarded(Runnable call) {
    try {
      call.run();
    } catch (EngineFault.Fatal fault) {
      throw rebuild(fault);
    }
  }

  /** Makes the engine anew, if that may be; what is returned is to be thrown. */
  private EngineFault rebuild(EngineFault.Fatal fault) {
    if (closed || (!promised && !mayRebuild())) {
      return fault;
    }
    long start = clock.getAsLong();
    LOG.error("the engine broke{}", promised ? "" : " and is made anew", fault);
    try {
      engine.close();
    } catch (RuntimeException e) {
      LOG.debug("closing the broken engine", e); // Its calls fail like all others.
    }
    closed = promised;
    try {
      reset.run();
      if (promised) {
        return new EngineFault.Fatal(
            fault.getMessage() + "; host blocks that were being read are lost", fault);
      }
      engine = reopen.get();
    } catch (RuntimeException e) {
      e.addSuppressed(fault);
      return new EngineFault.Fatal(
          fault.getMessage() + "; the engine could not be made anew: " + e.getMessage(), e);
    }
    Arrays.fill(kept, 0);
    rebuilt.incrementAndGet();
    long millis = Duration.ofNanos(clock.getAsLong() - start).toMillis();
    LOG.warn("the engine was made anew in {} ms; its slots are empty", millis);
    return new EngineFault.Transient(
        fault.getMessage() + "; the engine was made anew, its slots are empty", fault);
  }

  private boolean mayRebuild() {
    long now = clock.getAsLong();
    while (!rebuilds.isEmpty() && now - rebuilds.getFirst() > WITHIN_NANOS) {
      rebuilds.removeFirst();
    }
    if (rebuilds.size() >= MOST_REBUILDS) {
      return false;
    }
    rebuilds.addLast(now);
    return true;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      engine.close();
    }
  }
}
