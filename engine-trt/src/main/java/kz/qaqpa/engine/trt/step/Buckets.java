package kz.qaqpa.engine.trt.step;

import java.util.ArrayList;
import java.util.List;

/**
 * Numbers of rows for which a decode step is captured: few, so that there are few captured graphs,
 * and close enough that a step seldom computes many rows for nothing.
 */
public final class Buckets {
  private static final int[] SIZES = {1, 2, 4, 8, 16, 32, 48, 64, 96, 128, 192, 256, 384, 512};

  private final List<Integer> sizes = new ArrayList<>();

  /**
   * @param slots of the engine; always a bucket itself
   */
  public Buckets(int slots) {
    for (int size : SIZES) {
      if (size < slots) {
        sizes.add(size);
      }
    }
    sizes.add(slots);
  }

  /** The smallest round number of rows that is not less; beyond all, the number itself. */
  public static int atLeast(int rows) {
    for (int size : SIZES) {
      if (size >= rows) {
        return size;
      }
    }
    return rows;
  }

  /** All of them, rising. */
  public List<Integer> sizes() {
    return List.copyOf(sizes);
  }

  /** The smallest with room for so many rows. */
  public int of(int rows) {
    for (int size : sizes) {
      if (size >= rows) {
        return size;
      }
    }
    throw new IllegalArgumentException(
        "rows: " + rows + " (expected: at most " + sizes.getLast() + ")");
  }
}
