package kz.qaqpa.batching.kv.host;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Confined to the step loop. Published blocks of a pool by what they hold: each one's tokens, and
 * whose they follow. A hash finds candidates; parent, salt and token ids decide.
 */
final class BlockTree {
  private static final int NONE = HostBlockPool.NONE;

  private final int block;
  private final int[] parent;
  private final int[] children;
  private final int[] @Nullable [] tokens; // made when a block is first published
  private final long[] hash;
  private final long[] salt;
  private final int[] bucket; // first block of a hash
  private final int[] next; // in its bucket
  private int size;

  /**
   * An empty tree.
   *
   * @param block tokens of a block
   */
  BlockTree(int blocks, int block) {
    this.block = block;
    this.parent = new int[blocks];
    this.children = new int[blocks];
    this.tokens = new int[blocks][];
    this.hash = new long[blocks];
    this.salt = new long[blocks];
    this.next = new int[blocks];
    this.bucket = new int[Integer.highestOneBit(Math.max(2, blocks)) * 2];
    Arrays.fill(bucket, NONE);
  }

  /** See {@link HostBlockPool#find}. */
  int find(
      long wantedSalt, int[] source, long[] hashes, int offset, int from, int limit, int[] path) {
    int before = from == 0 ? NONE : path[from - 1];
    for (int depth = from; depth < limit; depth++) {
      int id = child(before, wantedSalt, hashes[offset + depth], source, depth * block);
      if (id == NONE) {
        return depth;
      }
      path[depth] = id;
      before = id;
    }
    return limit;
  }

  private int child(int before, long wantedSalt, long wanted, int[] source, int from) {
    for (int id = bucket[bucketOf(wanted)]; id != NONE; id = next[id]) {
      if (hash[id] == wanted
          && parent[id] == before
          && salt[id] == wantedSalt
          && Arrays.equals(
              Objects.requireNonNull(tokens[id]), 0, block, source, from, from + block)) {
        return id;
      }
    }
    return NONE;
  }

  private int bucketOf(long h) {
    return (int) (h ^ (h >>> 32)) & (bucket.length - 1);
  }

  /** Adds a block behind another one, or as the first of a chain behind {@code NONE}. */
  void add(int id, int before, long chainSalt, long chainHash, int[] source, int from) {
    parent[id] = before;
    salt[id] = chainSalt;
    hash[id] = chainHash;
    int[] own = tokens[id];
    if (own == null) {
      own = new int[block];
      tokens[id] = own;
    }
    System.arraycopy(source, from, own, 0, block);
    int head = bucketOf(chainHash);
    next[id] = bucket[head];
    bucket[head] = id;
    size++;
  }

  /** Takes out a block that has no children. */
  void remove(int id) {
    if (children[id] > 0) {
      throw new IllegalStateException("host block " + id + ": has children (expected: none)");
    }
    int head = bucketOf(hash[id]);
    if (bucket[head] == id) {
      bucket[head] = next[id];
    } else {
      int before = bucket[head];
      while (next[before] != id) {
        before = next[before];
      }
      next[before] = next[id];
    }
    expectChild(parent[id], -1);
    size--;
  }

  /** A block has one child more or less; it keeps its place as long as it has any. */
  void expectChild(int before, int more) {
    if (before != NONE) {
      children[before] += more;
    }
  }

  boolean isEnd(int id) {
    return children[id] == 0;
  }

  long hash(int id) {
    return hash[id];
  }

  int size() {
    return size;
  }

  /** What is wrong, or null. */
  @Nullable String problem() {
    int[] seen = new int[parent.length];
    int linked = 0;
    for (int head = 0; head < bucket.length; head++) {
      for (int id = bucket[head]; id != NONE; id = next[id]) {
        linked++;
        if (parent[id] != NONE) {
          seen[parent[id]]++;
        }
        if (bucketOf(hash[id]) != head) {
          return "host block " + id + " stands in bucket " + head;
        }
      }
    }
    for (int head = 0; head < bucket.length; head++) {
      for (int id = bucket[head]; id != NONE; id = next[id]) {
        if (children[id] != seen[id]) {
          return "host block " + id + ": " + children[id] + " children of " + seen[id];
        }
        seen[id] = 0;
      }
    }
    boolean strays = Arrays.stream(seen).anyMatch(count -> count > 0);
    return linked == size && !strays ? null : linked + " host blocks linked of " + size;
  }
}
