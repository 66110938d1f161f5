package kz.qaqpa.batching.mark;

/** SplitMix64's finaliser (Steele, Lea, Flood 2014): a bijection whose every bit sees every bit. */
public final class SplitMix {
  private SplitMix() {}

  /** Mixes a number; 0 stays 0. */
  public static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
    return b ^ (b >>> 31);
  }
}
