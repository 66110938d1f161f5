package kz.qaqpa.batching;

/**
 * The second tier of the KV cache, in host memory.
 *
 * @param bytes most bytes of blocks, 0 to 2^46; 0 or less than one block turns the tier off. Taken
 *     as blocks are first used
 * @param blocksPerStep most blocks that are moved to or from the engine before one step, 1 to
 *     4,096: what a step may be held up by
 * @param reservedShare part of all blocks that requests which gave up their slots may hold at most,
 *     0 to 1; beyond it they are computed again
 */
public record HostCacheSettings(long bytes, int blocksPerStep, double reservedShare) {

  /** Checks ranges. */
  public HostCacheSettings {
    requireRange("bytes", bytes, 0, 1L << 46);
    requireRange("blocksPerStep", blocksPerStep, 1, 4_096);
    if (!(reservedShare >= 0 && reservedShare <= 1)) {
      throw new IllegalArgumentException(
          "hostCache.reservedShare: " + reservedShare + " (expected: 0 to 1)");
    }
  }

  /** What a server starts with. */
  public static HostCacheSettings defaults() {
    return new HostCacheSettings(256L << 20, 16, 0.5);
  }

  private static void requireRange(String name, long value, long low, long high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(
          "hostCache." + name + ": " + value + " (expected: " + low + " to " + high + ")");
    }
  }
}
