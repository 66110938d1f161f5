package kz.qaqpa.batching.kv.host;

import java.util.Arrays;

/**
 * Confined to the step loop. What a sequence that gave up its slot has in host blocks: it holds a
 * reference to each, and the last one may be filled in part. A block that was lost on the way (its
 * move failed) is told by its generation.
 */
public final class SavedKv {
  private int[] blocks = new int[8];
  private int[] generations = new int[8];
  private int count;
  private int tokens;
  private int exact;

  /** Blocks so far. */
  public int count() {
    return count;
  }

  /** Tokens in all blocks so far. */
  public int tokens() {
    return tokens;
  }

  /** Leading blocks that prefill alone computed. */
  public int exactBlocks() {
    return exact;
  }

  /** The block at a place. */
  public int block(int i) {
    return blocks[i];
  }

  /** Adds a block that the caller has taken hold of. */
  public void add(HostBlockPool pool, int id, int blockTokens, boolean isExact) {
    if (count == blocks.length) {
      blocks = Arrays.copyOf(blocks, 2 * count);
      generations = Arrays.copyOf(generations, 2 * count);
    }
    blocks[count] = id;
    generations[count++] = pool.generation(id);
    tokens += blockTokens;
    exact += isExact ? 1 : 0;
  }

  /** Whether every block still holds what was saved. */
  public boolean isWhole(HostBlockPool pool) {
    return references(pool) == count;
  }

  private boolean holds(HostBlockPool pool, int i) {
    return pool.generation(blocks[i]) == generations[i];
  }

  /** References that it holds. */
  public int references(HostBlockPool pool) {
    int all = 0;
    for (int i = 0; i < count; i++) {
      all += holds(pool, i) ? 1 : 0;
    }
    return all;
  }

  /** Lets go of all blocks. */
  public void release(HostBlockPool pool) {
    for (int i = count - 1; i >= 0; i--) {
      if (holds(pool, i)) {
        pool.release(blocks[i]);
      }
    }
    count = 0;
    tokens = 0;
    exact = 0;
  }
}
