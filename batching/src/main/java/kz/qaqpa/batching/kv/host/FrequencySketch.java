package kz.qaqpa.batching.kv.host;

/**
 * Confined to the step loop. How often a hash was seen of late, at most 15 times, in half a byte
 * for each of four counters: the count-min sketch with ageing of TinyLFU (Einziger, Friedman,
 * Manes, "TinyLFU: A Highly Efficient Cache Admission Policy", ACM Transactions on Storage 2017),
 * laid out as in Caffeine. An estimate is never too low but by ageing: after ten sightings for each
 * entry of the cache all counters are halved.
 */
final class FrequencySketch {
  private static final int MOST = 15;
  private static final int SIGHTINGS_PER_ENTRY = 10;
  private static final long LOW_THREE_BITS = 0x7777777777777777L;
  private static final long LOWEST_BITS = 0x1111111111111111L;
  private static final long[] SEEDS = {
    0xC3A5C85C97CB3127L, 0xB492B66FBE98F273L, 0x9AE16A3B2F90404FL, 0xCBF29CE484222325L
  };

  private final long[] counters; // sixteen in each
  private final int sample;
  private int sightings;

  /**
   * Nothing was seen yet.
   *
   * @param entries most entries of the cache
   */
  FrequencySketch(int entries) {
    int size = Integer.highestOneBit(Math.max(16, entries) * 2 - 1);
    this.counters = new long[size];
    this.sample =
        (int) Math.min(Integer.MAX_VALUE, (long) SIGHTINGS_PER_ENTRY * Math.max(1, entries));
  }

  /** How often it was seen, 0 to 15. */
  int estimate(long hash) {
    int least = MOST;
    for (int i = 0; i < SEEDS.length; i++) {
      least = Math.min(least, (int) (counters[index(hash, i)] >>> shift(hash, i)) & MOST);
    }
    return least;
  }

  /** It was seen. */
  void increment(long hash) {
    boolean grew = false;
    for (int i = 0; i < SEEDS.length; i++) {
      int index = index(hash, i);
      int shift = shift(hash, i);
      if (((counters[index] >>> shift) & MOST) < MOST) {
        counters[index] += 1L << shift;
        grew = true;
      }
    }
    if (grew && ++sightings == sample) {
      age();
    }
  }

  private void age() {
    int odd = 0;
    for (int i = 0; i < counters.length; i++) {
      odd += Long.bitCount(counters[i] & LOWEST_BITS);
      counters[i] = (counters[i] >>> 1) & LOW_THREE_BITS;
    }
    sightings = (sightings - odd / SEEDS.length) / 2;
  }

  private int index(long hash, int i) {
    long h = (hash + i) * SEEDS[i];
    return (int) (h ^ (h >>> 32)) & (counters.length - 1);
  }

  /** Each of the four counters lies in another quarter of its word. */
  private static int shift(long hash, int i) {
    return (((int) (hash >>> 60) & 3) + 4 * i) * 4;
  }
}
