package kz.qaqpa.testing;

/** How far heavy suites go: {@code ./qaqpa test} or {@code ./qaqpa test --long}. */
public final class TestSize {
  private TestSize() {}

  /** True if the run was asked to be long. */
  public static boolean isLong() {
    return "long".equals(System.getProperty("qaqpa.test.size", "ci"));
  }

  /** The number of tries for this run. */
  public static int tries(int ci, int longRun) {
    return isLong() ? longRun : ci;
  }
}
