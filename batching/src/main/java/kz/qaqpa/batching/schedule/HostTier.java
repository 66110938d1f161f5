package kz.qaqpa.batching.schedule;

import kz.qaqpa.batching.HostCacheSettings;
import kz.qaqpa.batching.kv.KvSlots;
import kz.qaqpa.batching.kv.PrefixCache;
import kz.qaqpa.batching.kv.host.HostBlockPool;
import kz.qaqpa.batching.kv.host.KvCosts;
import kz.qaqpa.batching.kv.host.KvMoves;
import kz.qaqpa.batching.kv.host.SavedKv;
import kz.qaqpa.batching.schedule.Tally.Item;

/**
 * Confined to the step loop. What goes from slots to host blocks and back, a bounded number of
 * blocks in each step. Every move is booked at once, as those between slots are.
 *
 * <pre>
 * Behind     What idle slots hold is saved with what is left of a step's moves, before the slot is
 *            needed. Where no slot is idle, running ones are saved, too: they will be overwritten
 *            in the step after they end. How much time that may take, {@link KvCosts} says.
 * Before     What is not saved by then is saved when its slot is given away, as far as moves go:
 *            the beginning of a chain first, which is worth most.
 * Prefixes   A prompt whose next cells lie here loads them instead of computing, over several steps
 *            if they are many. Each step looks them up anew, so nothing is held meanwhile.
 * Victims    Of preemption hold what they save, see {@link SavedKv}; they share what prefill alone
 *            computed, for that is the same bits, and nothing else.
 * </pre>
 */
final class HostTier {
  /** Steps without moves after one that failed: steps must come through whatever fails here. */
  private static final int STEPS_OF_A_PAUSE = 16;

  /** How far saving a victim has come. */
  enum Saving {
    DONE,
    GOING_ON,
    NO_ROOM
  }

  private final HostBlockPool pool;
  private final PrefixCache cache;
  private final KvSlots slots;
  private final KvCosts costs;
  private final Tally tally;
  private final int cell;
  private final int movesPerStep;
  private final int mostHeld;
  private final int[] path;

  /** By slot, while it has saved blocks: the last of them. */
  private final int[] last;

  private final int[] lastGeneration;
  private int left;
  private int paused;
  private int hand;

  HostTier(
      HostBlockPool pool,
      PrefixCache cache,
      KvSlots slots,
      KvCosts costs,
      Tally tally,
      HostCacheSettings settings,
      int maxBlocks) {
    this.pool = pool;
    this.cache = cache;
    this.slots = slots;
    this.costs = costs;
    this.tally = tally;
    this.cell = cache.block();
    this.movesPerStep = settings.blocksPerStep();
    this.mostHeld = (int) (settings.reservedShare() * pool.blocks());
    this.path = new int[maxBlocks + 1];
    this.last = new int[slots.slots()];
    this.lastGeneration = new int[slots.slots()];
  }

  HostBlockPool pool() {
    return pool;
  }

  private boolean isOff() {
    return pool.blocks() == 0;
  }

  /** Begins a step. */
  void begin() {
    left = paused > 0 ? 0 : movesPerStep;
    paused = Math.max(0, paused - 1);
  }

  /** Cells of a prompt, at most {@code limit}, that lie here and are worth loading. */
  int find(Sequence s, int limit) {
    if (isOff() || costs.move(1) > costs.compute(cell, 0)) {
      return 0;
    }
    return findAll(s, limit);
  }

  /** A prompt is about to be read, and uses what of it was found last, if anything. */
  void use(Sequence s, int limit) {
    if (!isOff()) {
      pool.count(s.promptHashes);
      pool.touch(path, find(s, limit));
    }
  }

  /**
   * Loads the next cells of a prompt behind what its slot holds; returns their tokens. If there are
   * more than a step may move, the sequence waits for the next one.
   */
  int load(PlannedStep step, Sequence s, int limit) {
    s.awaitsHost = false;
    int from = s.computed / cell;
    if (isOff() || from >= limit) {
      return 0;
    }
    int found = find(s, limit);
    int b = from;
    for (; b < found && left > 0; b++, left--) {
      step.moves().load(path[b], s.slot, b * cell, cell);
      cache.append(s.slot, s.request.prompt(), b * cell, cell, pool.isExact(path[b]));
    }
    s.awaitsHost = b < found;
    costs.found((b - from) * cell);
    return (b - from) * cell;
  }

  /** Saves what a slot holds and the pool does not, as far as the moves of this step go. */
  void save(PlannedStep step, int slot) {
    int blocks = cache.findableBlocks(slot);
    if (isOff() || left == 0 || cache.savedBlocks(slot) >= blocks || !costs.maySpend()) {
      return;
    }
    int b = findSaved(slot, blocks);
    while (b < blocks && left > 0 && costs.maySpend()) {
      path[b] = publish(slot, b);
      if (path[b] == HostBlockPool.NONE) {
        b = blocks; // None gives way: it is not offered again.
        path[b - 1] = HostBlockPool.NONE;
      } else {
        saveBlock(step, slot, b * cell, cell, path[b]);
        costs.spend();
        b++;
      }
    }
    cache.setSavedBlocks(slot, b);
    last[slot] = b == 0 ? HostBlockPool.NONE : path[b - 1];
    lastGeneration[slot] = last[slot] == HostBlockPool.NONE ? 0 : pool.generation(last[slot]);
  }

  /** From where the last look ended, if that is still there: chains grow long. */
  private int findSaved(int slot, int blocks) {
    int from = cache.savedBlocks(slot);
    boolean isThere =
        from > 0
            && last[slot] != HostBlockPool.NONE
            && pool.generation(last[slot]) == lastGeneration[slot];
    if (isThere) {
      path[from - 1] = last[slot];
    }
    return pool.find(
        cache.salt(slot),
        cache.tokens(slot),
        cache.hashes(),
        cache.firstHash(slot),
        isThere ? from : 0,
        blocks,
        path);
  }

  /** The block before must stand in {@link #path}. */
  private int publish(int slot, int b) {
    return pool.publish(
        b == 0 ? HostBlockPool.NONE : path[b - 1],
        cache.salt(slot),
        cache.hashes()[cache.firstHash(slot) + b],
        cache.tokens(slot),
        b * cell,
        b < cache.exactBlocks(slot));
  }

  private void saveBlock(PlannedStep step, int slot, int first, int tokens, int block) {
    step.moves().save(slot, first, tokens, block);
    left--;
  }

  /** Uses what is left of this step's moves for slots that are not saved yet. */
  void saveBehind(PlannedStep step) {
    if (isOff()) {
      return;
    }
    if (step.plan().rows() == 0) {
      costs.rest();
    }
    boolean noneIdle = slots.held() == slots.slots();
    for (int i = 0; i < slots.slots() && left > 0 && costs.maySpend(); i++) {
      hand = hand + 1 < slots.slots() ? hand + 1 : 0;
      if (noneIdle || !slots.isHeld(hand)) {
        save(step, hand);
      }
    }
    tally.set(Item.HOST_BLOCKS_USED, pool.used());
    tally.set(Item.HOST_BLOCKS_HELD, pool.held());
  }

  /** Whether saving a sequence and loading it again is allowed, and cheaper than computing it. */
  boolean isWorthSaving(Sequence s) {
    int blocks = (s.computed + cell - 1) / cell;
    int read = Math.min(s.computed, s.promptLength());
    return pool.held() + blocks <= mostHeld
        && 2 * costs.move(blocks) < costs.compute(read, s.computed - read);
  }

  /**
   * Saves the next blocks of a sequence that will give up its slot. The last one, which may not be
   * whole, is saved only together with all that is missing, so that the sequence may go on while
   * saving does.
   */
  Saving save(PlannedStep step, Sequence s, SavedKv saved) {
    if (saved.count() == 0) {
      share(s, saved);
    }
    int missing = (s.computed - saved.tokens() + cell - 1) / cell;
    boolean isLast = missing <= left;
    while (saved.tokens() < s.computed && left > 0) {
      int tokens = Math.min(cell, s.computed - saved.tokens());
      if (tokens < cell && !isLast) {
        break;
      }
      if (pool.held() >= mostHeld || !saveNext(step, s, saved, tokens)) {
        return Saving.NO_ROOM;
      }
    }
    return saved.tokens() == s.computed ? Saving.DONE : Saving.GOING_ON;
  }

  private void share(Sequence s, SavedKv saved) {
    int found = findAll(s, cache.exactBlocks(s.slot));
    for (int b = 0; b < found && pool.isExact(path[b]); b++) {
      pool.hold(path[b]);
      saved.add(pool, path[b], cell, true);
    }
  }

  private int findAll(Sequence s, int limit) {
    return pool.find(s.request.prefixSalt(), s.request.prompt(), s.promptHashes, 0, 0, limit, path);
  }

  /** Shared where that gives the same bits, else private: a tree holds the same tokens once. */
  private boolean saveNext(PlannedStep step, Sequence s, SavedKv saved, int tokens) {
    int b = saved.count();
    boolean isExact = b < cache.exactBlocks(s.slot);
    int found = isExact ? findAll(s, b + 1) : 0;
    boolean isBehindOurs = isExact && (b == 0 || (found >= b && path[b - 1] == saved.block(b - 1)));
    int block;
    if (isBehindOurs && found > b && pool.isExact(path[b])) {
      block = path[b];
      pool.hold(block);
    } else {
      block = isBehindOurs && found == b ? publishHeld(s.slot, b) : pool.takePrivate();
      if (block == HostBlockPool.NONE) {
        return false;
      }
      saveBlock(step, s.slot, b * cell, tokens, block);
    }
    saved.add(pool, block, tokens, isExact);
    return true;
  }

  private int publishHeld(int slot, int b) {
    int block = publish(slot, b);
    if (block != HostBlockPool.NONE) {
      pool.hold(block);
    }
    return block;
  }

  /** Takes one of this step's moves, if one is left. */
  boolean takeMove() {
    if (left == 0) {
      return false;
    }
    left--;
    return true;
  }

  /** A move came to nothing: nobody finds what it was to bring. */
  void forgetUndone(KvMoves moves, int move) {
    int block = moves.blockWritten(move);
    if (block != KvMoves.NONE) {
      pool.drop(block);
    }
    paused = moves.isOfHost(move) ? STEPS_OF_A_PAUSE : paused;
  }
}
