package kz.qaqpa.batching.loop;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Parks and ends of the step loop against submitters, on the parts that it is made of. */
final class LoopEnd {
  private LoopEnd() {}

  /**
   * A loop that ends and a submitter that offers: the loop's last sweep sees the element, or the
   * submitter sees the end and sweeps itself. Nobody is left in the ring.
   */
  @JCStressTest
  @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "Ended by one of the two, once.")
  @Outcome(expect = Expect.FORBIDDEN, desc = "Left behind, or ended twice.")
  @State
  public static class SubmittedAtTheEnd {
    private final CommandRing<Integer> ring =
        new CommandRing<>(8, Thread.ofPlatform().unstarted(() -> {}));
    private volatile boolean ended;
    private int failed; // Guarded by this, as in StepLoop.

    @Actor
    public void loop() {
      ended = true;
      sweep();
    }

    @Actor
    public void submitter() {
      ring.offer(1);
      if (ended) {
        sweep();
      }
    }

    private synchronized void sweep() {
      for (Integer s = ring.poll(); s != null; s = ring.poll()) {
        failed++;
      }
    }

    @Arbiter
    public void after(II_Result result) {
      result.r1 = failed;
      result.r2 = ring.poll() == null ? 0 : 1;
    }
  }

  /** What a poll finds was written before it was offered. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Not there yet.")
  @Outcome(id = "1, 7", expect = Expect.ACCEPTABLE, desc = "There, and whole.")
  @Outcome(expect = Expect.FORBIDDEN, desc = "There in part.")
  @State
  public static class Offered {
    private static final class Command {
      private int plain;
    }

    private final CommandRing<Command> ring =
        new CommandRing<>(8, Thread.ofPlatform().unstarted(() -> {}));

    @Actor
    public void submitter() {
      Command command = new Command();
      command.plain = 7;
      ring.offer(command);
    }

    @Actor
    public void loop(II_Result result) {
      Command command = ring.poll();
      result.r1 = command == null ? 0 : 1;
      result.r2 = command == null ? 0 : command.plain;
    }
  }
}
