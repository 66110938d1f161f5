package kz.qaqpa.batching.schedule;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Written by the step loop, read by any thread. Counters and gauges: one writer, so a plain read
 * and an opaque write are an exact increment. A counter is written before the event that shows its
 * cause, and the event's queue publishes both: who has seen a stream end reads counters that know
 * of it.
 */
public final class Tally {
  private static final VarHandle VALUES = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] values = new long[Item.values().length];

  /**
   * What is counted. {@code LOWEST_CLASS} is the number of the lowest class of which a sequence
   * would give up its slot for one of a higher class, 0 if there is none.
   */
  public enum Item {
    RUNNING,
    STALLED,
    KV_TOKENS,
    STEPS,
    ROWS,
    PROMPT_TOKENS,
    COMPUTED_PROMPT_TOKENS,
    CACHED_PROMPT_TOKENS,
    HOST_CACHED_PROMPT_TOKENS,
    RECOMPUTED_TOKENS,
    RESTORED_TOKENS,
    PREEMPTIONS,
    PREEMPTED,
    LOWEST_CLASS,
    HOST_BLOCKS_USED,
    HOST_BLOCKS_HELD,
    OUTPUT_TOKENS,
    FINISHED,
    CANCELLED,
    FAILED,
    ENGINE_NANOS,
    LOOP_NANOS,
    UNREAD_PROMPT_TOKENS,
    PROMPT_TOKEN_NANOS,
    READ_TOKEN_NANOS,
    OUTPUT_TOKEN_NANOS,
    STEP_NANOS,
    ANSWER_TOKENS
  }

  /** Counts on. Step loop only. */
  public void add(Item item, long amount) {
    VALUES.setOpaque(values, index(item), values[index(item)] + amount);
  }

  /** Sets a gauge. Step loop only. */
  public void set(Item item, long value) {
    VALUES.setOpaque(values, index(item), value);
  }

  /** The value now; any thread. */
  public long get(Item item) {
    return (long) VALUES.getOpaque(values, index(item));
  }

  @SuppressWarnings("EnumOrdinal") // Places in this array alone; EnumMap has no opaque access.
  private static int index(Item item) {
    return item.ordinal();
  }
}
