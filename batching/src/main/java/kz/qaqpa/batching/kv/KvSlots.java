package kz.qaqpa.batching.kv;

import java.util.BitSet;

/**
 * Confined to the step loop. Which KV slots are held by a sequence; the others are free, whether or
 * not they still hold content as cache.
 *
 * <p>Engines compute a dense range of slots, so what counts is the highest held slot: everything
 * free below it is a <em>hole</em>, a row computed for nothing. Free and held slots always make up
 * all slots.
 */
public final class KvSlots {
  private final int slots;
  private final BitSet held;

  /** The value of {@link #acquisitions} when a slot was last acquired or released. */
  private final long[] lastUse;

  private long acquisitions;

  public KvSlots(int slots) {
    this.slots = slots;
    this.held = new BitSet(slots);
    this.lastUse = new long[slots];
  }

  /** Gives a free slot to a sequence. */
  public void acquire(int slot) {
    if (held.get(slot)) {
      throw new IllegalStateException("slot " + slot + ": held (expected: free)");
    }
    held.set(slot);
    lastUse[slot] = ++acquisitions;
  }

  /** Takes a slot back from its sequence. */
  public void release(int slot) {
    if (!held.get(slot)) {
      throw new IllegalStateException("slot " + slot + ": free (expected: held)");
    }
    held.clear(slot);
    lastUse[slot] = acquisitions;
  }

  /** Whether a sequence holds the slot. */
  public boolean isHeld(int slot) {
    return held.get(slot);
  }

  /** Number of slots in all. */
  public int slots() {
    return slots;
  }

  /** Number of held slots. */
  public int held() {
    return held.cardinality();
  }

  /** The highest held slot, -1 if none is. */
  public int highestHeld() {
    return held.length() - 1;
  }

  /** Free slots below the highest held one. */
  public int holes() {
    return held.length() - held.cardinality();
  }

  /** The lowest free slot from {@code from} on, or {@link #slots()} if there is none. */
  public int nextFree(int from) {
    return Math.min(slots, held.nextClearBit(from));
  }

  /** How many slots were acquired since this one was last acquired or released. */
  public long age(int slot) {
    return acquisitions - lastUse[slot];
  }
}
