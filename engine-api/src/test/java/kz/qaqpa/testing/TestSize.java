package kz.qaqpa.testing;

/**
 * How far heavy suites go: {@code ./qaqpa test}, {@code ./qaqpa test --all} or {@code ./qaqpa test
 * --long}.
 */
public final class TestSize {
  private TestSize() {}

  /** True if the run was asked to be long. */
  public static boolean isLong() {
    return isOf("long");
  }

  private static boolean isOf(String size) {
    return size.equals(System.getProperty("qaqpa.test.size", "ci"));
  }

  /** The number of tries for this run, where even those of CI take too long for every day. */
  public static int tries(int small, int ci, int longRun) {
    return isOf("small") ? small : tries(ci, longRun);
  }

  /** The number of tries for this run. */
  public static int tries(int ci, int longRun) {
    return isLong() ? longRun : ci;
  }
}
