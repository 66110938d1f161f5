package kz.qaqpa.batching.kv;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Confined to the step loop. What every KV slot holds, token by token, and in which slot the
 * longest prefix of a prompt lies.
 *
 * <pre>
 * Content   Each slot holds the KV of one token sequence under one salt. Its token ids are kept
 *           here. Whole blocks of it are published in the index as they become complete, and
 *           withdrawn when they are cut off, so the index never speaks of KV that is not there.
 * Index     An entry is one published block of one slot: number slot * maxBlocks + block. Entries
 *           are linked through int arrays into the buckets of a hash table, keyed by the chained
 *           64-bit hash of everything up to the end of the block. Several slots may publish the
 *           same prefix.
 * Hit       A hash only finds candidates. The salt and all token ids up to the block's end are
 *           compared before a slot is given as the answer, so that a collision costs time and
 *           nothing else.
 * Exact     A block is exact if prefill on the grid computed it and all before it. KV of generated
 *           tokens was computed by decode, one token at a time, which gives other last bits on
 *           some engines; what is built on top of it inherits them. A slot's exact blocks are
 *           therefore always its first ones, and one number holds how many they are.
 * </pre>
 *
 * <p>Memory: 4 bytes a token and 20 bytes a block, allocated for a slot when it is first used; the
 * KV itself is a thousand times larger.
 */
public final class PrefixCache {
  private static final int NONE = -1;

  private final int block;
  private final int slotLength;
  private final int maxBlocks;

  /** Bits of a length of which none is set where a block ends. */
  private final int endsNoBlock;

  private final BlockHash hash;
  private final boolean reuseDecoded;

  private final int[][] tokens; // [slot][position]; empty until the slot is used
  private final int[] length; // [slot] valid tokens
  private final int[] exact; // [slot] leading exact blocks
  private final long[] salt; // [slot]
  private final int[] saved; // [slot] leading blocks that were offered to host memory

  private final long[] blockHash; // [entry]
  private final int[] next; // [entry] in its bucket
  private final int[] previous; // [entry] in its bucket
  private final int[] bucket; // first entry

  /**
   * An empty cache.
   *
   * @param slotLength most tokens of a slot
   * @param block tokens of a block
   * @param hash chains block hashes; another one than {@link BlockHash#CHAINED} only in tests
   * @param reuseDecoded whether blocks that are not exact are ever found
   */
  public PrefixCache(int slots, int slotLength, int block, BlockHash hash, boolean reuseDecoded) {
    this.block = block;
    this.slotLength = slotLength;
    this.maxBlocks = slotLength / block;
    this.endsNoBlock = Integer.lowestOneBit(block) - 1;
    this.hash = hash;
    this.reuseDecoded = reuseDecoded;
    this.tokens = new int[slots][0];
    this.length = new int[slots];
    this.exact = new int[slots];
    this.salt = new long[slots];
    this.saved = new int[slots];
    int entries = Math.multiplyExact(slots, maxBlocks);
    this.blockHash = new long[entries];
    this.next = new int[entries];
    this.previous = new int[entries];
    this.bucket = new int[Integer.highestOneBit(Math.max(2, entries)) * 2];
    Arrays.fill(bucket, NONE);
  }

  /** Where the longest cached prefix of a prompt lies; filled by {@link #find}. */
  public static final class Match {
    int slot = NONE;
    int tokens;

    /** The slot, undefined if {@link #tokens} is 0. */
    public int slot() {
      return slot;
    }

    /** Length of the prefix in tokens, whole blocks; 0 if nothing was found. */
    public int tokens() {
      return tokens;
    }
  }

  /** Valid tokens of a slot. */
  public int length(int slot) {
    return length[slot];
  }

  /** Leading blocks of a slot that were computed by prefill alone. */
  public int exactBlocks(int slot) {
    return exact[slot];
  }

  /** Leading blocks of a slot that may be found. */
  public int findableBlocks(int slot) {
    return reuseDecoded ? length[slot] / block : exact[slot];
  }

  /** Leading blocks of a slot that need not be saved any more; 0 after any of them was cut off. */
  public int savedBlocks(int slot) {
    return saved[slot];
  }

  /** Notes that so many leading blocks of a slot need not be saved any more. */
  public void setSavedBlocks(int slot, int blocks) {
    saved[slot] = blocks;
  }

  /** What a slot's hash chain starts from. */
  public long salt(int slot) {
    return salt[slot];
  }

  /** Token ids of a slot, the first {@link #length} of them; not to be changed. */
  public int[] tokens(int slot) {
    return tokens[slot];
  }

  /** Hashes of all slots' blocks, those of a slot from {@link #firstHash}; not to be changed. */
  public long[] hashes() {
    return blockHash;
  }

  /** Where the hashes of a slot's blocks begin. */
  public int firstHash(int slot) {
    return slot * maxBlocks;
  }

  /** Tokens of a block. */
  public int block() {
    return block;
  }

  /** Forgets what a slot holds and begins new content under a salt. */
  public void begin(int slot, long newSalt) {
    truncate(slot, 0);
    salt[slot] = newSalt;
    if (tokens[slot].length == 0) {
      tokens[slot] = new int[slotLength];
    }
  }

  /**
   * The engine has appended tokens to a slot.
   *
   * @param prefill whether they were computed as part of a prompt, on the grid
   */
  public void append(int slot, int[] source, int from, int count, boolean prefill) {
    int start = length[slot];
    int end = start + count;
    System.arraycopy(source, from, tokens[slot], start, count);
    length[slot] = end;
    if (count == 1 && (end & endsNoBlock) != 0) {
      return; // As nearly always for an answer's token, and without a division.
    }
    for (int b = start / block; (b + 1) * block <= end; b++) {
      boolean onGrid = prefill && start <= b * block;
      if (onGrid && exact[slot] == b) {
        exact[slot] = b + 1;
      }
      publish(slot, b);
    }
  }

  /** Cuts a slot's content off behind its first {@code newLength} tokens. */
  public void truncate(int slot, int newLength) {
    for (int b = length[slot] / block - 1; b >= newLength / block; b--) {
      withdraw(slot * maxBlocks + b);
    }
    length[slot] = newLength;
    exact[slot] = Math.min(exact[slot], newLength / block);
    if (saved[slot] > newLength / block) {
      saved[slot] = 0;
    }
  }

  /** The engine copies the first {@code count} tokens of a slot over those of another. */
  public void copy(int from, int to, int count) {
    begin(to, salt[from]);
    System.arraycopy(tokens[from], 0, tokens[to], 0, count);
    length[to] = count;
    exact[to] = Math.min(exact[from], count / block);
    for (int b = 0; b < count / block; b++) {
      publish(to, b);
    }
  }

  /**
   * Finds the longest cached prefix of a prompt, in whole blocks. Of several slots that hold it, a
   * free one is preferred, then the lowest.
   *
   * @param hashes {@link BlockHash#chain} of the prompt
   * @param limit most blocks to find
   */
  public void find(
      long wantedSalt, int[] prompt, long[] hashes, int limit, KvSlots slots, Match into) {
    into.slot = NONE;
    into.tokens = 0;
    int depth = 0;
    while (depth < limit && isPublished(hashes[depth])) {
      depth++;
    }
    for (; depth > 0 && into.slot == NONE; depth--) {
      into.slot = holder(wantedSalt, prompt, hashes[depth - 1], depth - 1, slots);
      into.tokens = into.slot == NONE ? 0 : depth * block;
    }
  }

  /** Whether any slot publishes a block of this hash: a necessary condition of a hit, cheap. */
  public boolean isPublished(long wanted) {
    return first(wanted) != NONE;
  }

  private int first(long wanted) {
    int entry = bucket[bucketOf(wanted)];
    while (entry != NONE && blockHash[entry] != wanted) {
      entry = next[entry];
    }
    return entry;
  }

  private int holder(long wantedSalt, int[] prompt, long wanted, int b, KvSlots slots) {
    int best = NONE;
    for (int e = first(wanted); e != NONE; e = next[e]) {
      int slot = e / maxBlocks;
      if (blockHash[e] == wanted
          && e % maxBlocks == b
          && isBetter(slot, best, slots)
          && (reuseDecoded || b < exact[slot])
          && holds(slot, wantedSalt, prompt, (b + 1) * block)) {
        best = slot;
      }
    }
    return best;
  }

  private static boolean isBetter(int slot, int best, KvSlots slots) {
    if (best == NONE || slots.isHeld(slot) != slots.isHeld(best)) {
      return best == NONE || slots.isHeld(best);
    }
    return slot < best;
  }

  private boolean holds(int slot, long wantedSalt, int[] prompt, int count) {
    return salt[slot] == wantedSalt
        && length[slot] >= count
        && Arrays.equals(tokens[slot], 0, count, prompt, 0, count);
  }

  private int bucketOf(long h) {
    return (int) (h ^ (h >>> 32)) & (bucket.length - 1);
  }

  private void publish(int slot, int b) {
    int entry = slot * maxBlocks + b;
    long parent = b == 0 ? salt[slot] : blockHash[entry - 1];
    long h = hash.next(parent, tokens[slot], b * block, block);
    int head = bucketOf(h);
    blockHash[entry] = h;
    previous[entry] = NONE;
    next[entry] = bucket[head];
    if (next[entry] != NONE) {
      previous[next[entry]] = entry;
    }
    bucket[head] = entry;
  }

  private void withdraw(int entry) {
    if (previous[entry] == NONE) {
      bucket[bucketOf(blockHash[entry])] = next[entry];
    } else {
      next[previous[entry]] = next[entry];
    }
    if (next[entry] != NONE) {
      previous[next[entry]] = previous[entry];
    }
  }

  /**
   * Checks the whole structure: every complete block of every slot is in the index once, under its
   * hash, and nothing else is.
   *
   * @return what is wrong, or null
   */
  public @Nullable String problem() {
    int published = 0;
    for (int head = 0; head < bucket.length; head++) {
      int before = NONE;
      for (int e = bucket[head]; e != NONE; e = next[e]) {
        int slot = e / maxBlocks;
        if (e % maxBlocks >= length[slot] / block
            || previous[e] != before
            || bucketOf(blockHash[e]) != head) {
          return "index entry " + e + " does not fit slot " + slot + " of length " + length[slot];
        }
        before = e;
        published++;
      }
    }
    int complete = 0;
    for (int slot = 0; slot < length.length; slot++) {
      complete += length[slot] / block;
      if (exact[slot] > length[slot] / block) {
        return "slot " + slot + ": " + exact[slot] + " exact blocks of " + length[slot] + " tokens";
      }
    }
    return published == complete ? null : published + " blocks published of " + complete;
  }
}
