package kz.qaqpa.batching.kv;

/**
 * Stateless; any thread. Hashes one block of token ids, chained to the block before it, so that a
 * block's hash names the whole prefix that ends there.
 */
@FunctionalInterface
public interface BlockHash {

  /**
   * Multiply and shift for each token, finished as in SplitMix64 (Steele, Lea, Flood 2014). Fast,
   * not cryptographic: a hit is only a candidate, token ids are compared, and the salt that starts
   * the chain is secret.
   */
  BlockHash CHAINED =
      (parent, tokens, from, count) -> {
        long h = parent;
        for (int i = from; i < from + count; i++) {
          h = (h ^ tokens[i]) * 0x9E3779B97F4A7C15L;
          h ^= h >>> 29;
        }
        h = (h ^ (h >>> 30)) * 0xBF58476D1CE4E5B9L;
        h = (h ^ (h >>> 27)) * 0x94D049BB133111EBL;
        return h ^ (h >>> 31);
      };

  /**
   * The hash of a block.
   *
   * @param parent hash of the block before, or the salt for the first
   */
  long next(long parent, int[] tokens, int from, int count);

  /** The hashes of all whole blocks of a prompt, first block first. */
  default long[] chain(long salt, int[] tokens, int block) {
    long[] hashes = new long[tokens.length / block];
    long parent = salt;
    for (int i = 0; i < hashes.length; i++) {
      parent = next(parent, tokens, i * block, block);
      hashes[i] = parent;
    }
    return hashes;
  }
}
