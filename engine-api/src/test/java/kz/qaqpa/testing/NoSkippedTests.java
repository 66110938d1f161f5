package kz.qaqpa.testing;

import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/** Fails the run if a test was skipped or aborted: sets of tests are tags, never skips. */
public final class NoSkippedTests implements TestExecutionListener {
  private final StringBuilder skipped = new StringBuilder();

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    note(test, reason);
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
      note(test, "aborted");
    }
  }

  private synchronized void note(TestIdentifier test, String reason) {
    skipped.append(test.getUniqueId()).append(": ").append(reason).append('\n');
  }

  @Override
  public synchronized void testPlanExecutionFinished(TestPlan plan) {
    if (!skipped.isEmpty()) {
      // Listeners cannot fail a run by throwing: the platform swallows what they throw.
      System.err.println("Skipped tests are not allowed:\n" + skipped);
      Runtime.getRuntime().halt(3);
    }
  }
}
