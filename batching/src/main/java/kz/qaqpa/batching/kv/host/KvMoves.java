package kz.qaqpa.batching.kv.host;

import java.util.Arrays;
import kz.qaqpa.engine.Engine;

/**
 * Confined to the step loop. What is moved between slots and host blocks before a step is executed,
 * in the order of the decisions behind it: what a move reads, no earlier one has overwritten unless
 * it was meant to. Preallocated.
 */
public final class KvMoves {
  /** Nothing of this kind is written. */
  public static final int NONE = -1;

  private enum Kind {
    COPY,
    SAVE,
    LOAD
  }

  private final Kind[] kinds;
  private final int[] from;
  private final int[] to;
  private final int[] first;
  private final int[] tokens;
  private int size;

  /** No moves, and room for so many. */
  public KvMoves(int most) {
    this.kinds = new Kind[most];
    this.from = new int[most];
    this.to = new int[most];
    this.first = new int[most];
    this.tokens = new int[most];
    Arrays.fill(kinds, Kind.COPY);
  }

  /** Takes all moves back. */
  public void clear() {
    size = 0;
  }

  /** The first tokens of a slot go over those of another. */
  public void copy(int fromSlot, int toSlot, int count) {
    add(Kind.COPY, fromSlot, toSlot, 0, count);
  }

  /** Tokens of a slot go to a host block. */
  public void save(int slot, int firstToken, int count, int block) {
    add(Kind.SAVE, slot, block, firstToken, count);
  }

  /** A host block, saved with as many tokens, goes to a slot. */
  public void load(int block, int slot, int firstToken, int count) {
    add(Kind.LOAD, block, slot, firstToken, count);
  }

  private void add(Kind kind, int source, int target, int firstToken, int count) {
    kinds[size] = kind;
    from[size] = source;
    to[size] = target;
    first[size] = firstToken;
    tokens[size++] = count;
  }

  /** Number of moves. */
  public int size() {
    return size;
  }

  /** Whether move {@code i} reads or writes a host block. */
  public boolean isOfHost(int i) {
    return kinds[i] != Kind.COPY;
  }

  /** The slot that move {@code i} writes, or {@link #NONE}. */
  public int slotWritten(int i) {
    return kinds[i] == Kind.SAVE ? NONE : to[i];
  }

  /** The host block that move {@code i} writes, or {@link #NONE}. */
  public int blockWritten(int i) {
    return kinds[i] == Kind.SAVE ? to[i] : NONE;
  }

  /** Has the engine make move {@code i}. */
  public void make(int i, Engine engine, HostMemory memory) {
    switch (kinds[i]) {
      case COPY -> engine.copyKv(from[i], to[i], tokens[i]);
      case SAVE ->
          engine.readKv(from[i], first[i], tokens[i], memory.block(to[i], bytes(i, engine)));
      case LOAD ->
          engine.writeKv(to[i], first[i], tokens[i], memory.block(from[i], bytes(i, engine)));
    }
  }

  private int bytes(int i, Engine engine) {
    return Math.toIntExact(tokens[i] * engine.kvBytesPerToken());
  }
}
