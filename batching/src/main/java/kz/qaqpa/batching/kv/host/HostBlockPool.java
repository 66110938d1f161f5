package kz.qaqpa.batching.kv.host;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Confined to the step loop. Which host block holds what, and which one gives way. Knows no bytes:
 * those lie in {@link HostMemory}, and {@link KvMoves} fills them.
 *
 * <pre>
 * Chains     A published block holds the KV of one cell of tokens behind its parent's; without a
 *            parent it is the first under its salt. So blocks form trees, one for each salt, in
 *            which no two children of a block hold the same tokens. A prompt is looked up from the
 *            root: the hash finds candidates, parent, salt and token ids decide.
 * Private    Blocks that belong to one sequence that gave up its slot are in no tree. So is what
 *            decode computed, where that is not to be found by others.
 * Holders    A block with references is never evicted; without any, a private one is free again.
 * Eviction   W-TinyLFU as in Caffeine: what is new goes to a window of a fifth of all blocks, the
 *            least recently used first. What leaves the window takes the place of the least
 *            recently used one on probation only if it was seen more often; what is used again
 *            there is protected. So new prompts that are never seen again pass through the window
 *            and leave the rest alone.
 * Tails      Only blocks without children are evicted, the end of a chain first: a chain without
 *            its beginning could not be found. A use of a chain touches its end first and its
 *            beginning last, so whoever was used longest ago is such an end, but for few.
 * </pre>
 */
public final class HostBlockPool {
  /** No block. */
  public static final int NONE = -1;

  /** One block in so many is the window's. */
  private static final int WINDOW = 5;

  /** Part of the others that is protected, as in Caffeine. */
  private static final double PROTECTED = 0.8;

  /** Blocks with children that are passed over in search of one to evict. */
  private static final int MOST_PASSED_OVER = 16;

  /** Up to here a frequency is that of noise: Caffeine lets no such candidate in by chance. */
  private static final int WARM = 5;

  private enum Place {
    FREE,
    WINDOW,
    PROBATION,
    PROTECTED,
    HELD,
    PRIVATE
  }

  private final Place[] place;
  private final int[] generation;
  private final int[] references;
  private final boolean[] exact;
  private final BlockTree tree;
  private final int[] free;
  private int freeCount;
  private int held;
  private final RecencyList window;
  private final RecencyList probation;
  private final RecencyList protect;
  private final int windowMost;
  private final int protectMost;
  private final FrequencySketch frequency;
  private long draws = 1;

  /**
   * A pool without content.
   *
   * @param blocks how many, 0 for none
   * @param block tokens of a block
   */
  public HostBlockPool(int blocks, int block) {
    this.place = new Place[blocks];
    this.generation = new int[blocks];
    this.references = new int[blocks];
    this.exact = new boolean[blocks];
    this.tree = new BlockTree(blocks, block);
    this.free = new int[blocks];
    this.window = new RecencyList(blocks);
    this.probation = new RecencyList(blocks);
    this.protect = new RecencyList(blocks);
    this.windowMost = Math.max(1, blocks / WINDOW);
    this.protectMost = (int) ((blocks - windowMost) * PROTECTED);
    this.frequency = new FrequencySketch(blocks);
    Arrays.fill(place, Place.FREE);
    for (int i = blocks - 1; i >= 0; i--) { // The lowest is given first.
      free[freeCount++] = i;
    }
  }

  /** Number of blocks in all. */
  public int blocks() {
    return place.length;
  }

  /** Blocks with content. */
  public int used() {
    return place.length - freeCount;
  }

  /** Blocks that somebody holds. */
  public int held() {
    return held;
  }

  /** Grows each time that a block loses its content. */
  public int generation(int id) {
    return generation[id];
  }

  /** Whether prefill alone computed the block and all before it. */
  public boolean isExact(int id) {
    return exact[id];
  }

  /**
   * Finds the longest published beginning of some tokens, in whole blocks.
   *
   * @param hashes the chained hash of each block, from {@code offset} on
   * @param from blocks that were found before; the last of them stands in {@code path}
   * @param limit most blocks to find
   * @param path is filled with the blocks found
   * @return how many, those before included
   */
  public int find(
      long wantedSalt, int[] source, long[] hashes, int offset, int from, int limit, int[] path) {
    return tree.find(wantedSalt, source, hashes, offset, from, limit, path);
  }

  /** A prompt has these blocks, cached or not. */
  public void count(long[] hashes) {
    for (long seen : hashes) {
      frequency.increment(seen);
    }
  }

  /** A chain was used, whether or not its bytes were. */
  public void touch(int[] path, int depth) {
    for (int i = depth - 1; i >= 0; i--) {
      int id = path[i];
      if (place[id] == Place.WINDOW) {
        window.remove(id);
        window.addNewest(id);
      } else if (place[id] == Place.PROBATION) {
        put(id, probation, protect, Place.PROTECTED);
      } else if (place[id] == Place.PROTECTED) {
        protect.remove(id);
        protect.addNewest(id);
      }
    }
    while (protect.size() > protectMost) {
      put(protect.oldest(), protect, probation, Place.PROBATION);
    }
  }

  private void put(int id, RecencyList from, RecencyList to, Place where) {
    from.remove(id);
    to.addNewest(id);
    place[id] = where;
  }

  private @Nullable RecencyList listOf(int id) {
    return switch (place[id]) {
      case WINDOW -> window;
      case PROBATION -> probation;
      case PROTECTED -> protect;
      case FREE, HELD, PRIVATE -> null;
    };
  }

  /**
   * Takes a block for the tokens that follow those of another one, to be filled by the caller. The
   * tree must not hold them yet.
   *
   * @param before {@link #NONE} for the first of a chain
   * @return the block, or {@link #NONE} if none gives way
   */
  public int publish(
      int before, long chainSalt, long chainHash, int[] source, int from, boolean isExact) {
    tree.expectChild(before, 1); // First, so that the block before this one is not evicted.
    int id = take();
    if (id == NONE) {
      tree.expectChild(before, -1);
      return NONE;
    }
    tree.add(id, before, chainSalt, chainHash, source, from);
    exact[id] = isExact;
    frequency.increment(chainHash);
    place[id] = Place.WINDOW;
    if (before != NONE && place[before] == Place.WINDOW) {
      window.addBehind(before, id);
    } else {
      window.addNewest(id);
    }
    while (window.size() > windowMost) {
      put(window.oldest(), window, probation, Place.PROBATION);
    }
    return id;
  }

  /** Takes a block that only the caller knows and holds, or {@link #NONE} if none gives way. */
  public int takePrivate() {
    int id = take();
    if (id != NONE) {
      place[id] = Place.PRIVATE;
      references[id] = 1;
      exact[id] = false;
      held++;
    }
    return id;
  }

  /** Takes hold of a published block. */
  public void hold(int id) {
    if (references[id]++ == 0) {
      RecencyList list = listOf(id);
      if (list != null) {
        list.remove(id);
      }
      place[id] = Place.HELD;
      held++;
    }
  }

  /** Lets go of a block. */
  public void release(int id) {
    if (references[id] == 0) {
      throw new IllegalStateException("host block " + id + ": no holder (expected: one)");
    }
    if (--references[id] > 0) {
      return;
    }
    held--;
    if (place[id] == Place.PRIVATE) {
      giveBack(id);
    } else {
      place[id] = Place.PROBATION;
      probation.addNewest(id);
    }
  }

  /** What a block was to hold never got there; whoever holds it finds another generation. */
  public void drop(int id) {
    if (place[id] == Place.FREE) { // It was taken twice in the step that failed.
      return;
    }
    if (references[id] > 0) {
      references[id] = 0;
      held--;
    }
    if (place[id] != Place.PRIVATE) {
      unpublish(id);
    }
    giveBack(id);
  }

  /** What all blocks hold is worth nothing any more; whoever holds one finds another generation. */
  public void dropAll() {
    while (used() > 0) {
      for (int id = 0; id < place.length; id++) {
        if (place[id] == Place.PRIVATE || (place[id] != Place.FREE && tree.isEnd(id))) {
          drop(id);
        }
      }
    }
  }

  private int take() {
    if (freeCount == 0) {
      int victim = victim();
      if (victim == NONE) {
        return NONE;
      }
      unpublish(victim);
      giveBack(victim);
    }
    return free[--freeCount];
  }

  private void giveBack(int id) {
    place[id] = Place.FREE;
    generation[id]++;
    free[freeCount++] = id;
  }

  private void unpublish(int id) {
    RecencyList list = listOf(id);
    if (list != null) {
      list.remove(id);
    }
    tree.remove(id);
  }

  private int victim() {
    int candidate = window.size() >= windowMost ? end(window) : NONE;
    int victim = end(probation);
    victim = victim == NONE ? end(protect) : victim;
    if (victim == NONE) {
      return candidate == NONE ? end(window) : candidate;
    }
    if (candidate == NONE) {
      return victim;
    }
    if (isBetter(candidate, victim)) {
      put(candidate, window, probation, Place.PROBATION);
      return victim;
    }
    return candidate;
  }

  /** The end of a chain that was used longest ago, or none of those looked at. */
  private int end(RecencyList list) {
    int id = list.oldest();
    for (int i = 0; i < MOST_PASSED_OVER && id != list.end(); i++) {
      if (tree.isEnd(id)) {
        return id;
      }
      id = list.newer(id);
    }
    return NONE;
  }

  /** As Caffeine: by chance, too, for one that is warm, or equal counts could be abused. */
  private boolean isBetter(int candidate, int victim) {
    int mine = frequency.estimate(tree.hash(candidate));
    if (mine > frequency.estimate(tree.hash(victim))) {
      return true;
    }
    draws = draws * 0x5851F42D4C957F2DL + 1;
    return mine > WARM && draws >>> 57 == 0;
  }

  /** References of all blocks together. */
  public long references() {
    long all = 0;
    for (int count : references) {
      all += count;
    }
    return all;
  }

  /** What is wrong with the structure, or null. */
  public @Nullable String problem() {
    int secret = 0;
    int withHolder = 0;
    for (int id = 0; id < place.length; id++) {
      secret += place[id] == Place.PRIVATE ? 1 : 0;
      withHolder += references[id] > 0 ? 1 : 0;
      boolean isHeld = place[id] == Place.HELD || place[id] == Place.PRIVATE;
      if (isHeld != references[id] > 0) {
        return "host block " + id + ": " + place[id] + " with " + references[id] + " holders";
      }
    }
    boolean adds = tree.size() + secret + freeCount == place.length && withHolder == held;
    boolean lists =
        window.size() + probation.size() + protect.size() + held == tree.size() + secret;
    return adds && lists
        ? tree.problem()
        : "host blocks: %d published, %d private, %d free, %d held of %d"
            .formatted(tree.size(), secret, freeCount, held, place.length);
  }
}
