package kz.qaqpa.batching.loop;

import java.util.Objects;
import kz.qaqpa.batching.TokenEvent;
import kz.qaqpa.batching.TokenStream;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** What the step loop writes into a stream, as other threads see it. */
final class StreamPublication {
  private StreamPublication() {}

  private static RingTokenStream stream(Leavers leavers) {
    Backlog.Entry queued = Objects.requireNonNull(new Backlog(1, 1).enter(1, 1));
    return new RingTokenStream(8, new TokenEvent.Token[8], queued, leavers);
  }

  /** Who sees a token sees how the prompt was read, whole. */
  @JCStressTest
  @Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "Nothing yet.")
  @Outcome(id = "0, 1, 3", expect = Expect.ACCEPTABLE, desc = "Read, no token yet.")
  @Outcome(id = "1, 1, 3", expect = Expect.ACCEPTABLE, desc = "A token, and how it came to it.")
  @State
  public static class Prefilled {
    private final RingTokenStream stream = stream(new Leavers());

    @Actor
    public void loop() {
      stream.promptRead(3);
      stream.prefilled(new TokenStream.Prefill(1, 2, 3));
      stream.push(5, null);
    }

    @Actor
    public void reader(III_Result result) {
      result.r1 = stream.progress().outputTokens();
      TokenStream.Prefill prefill = stream.prefill();
      result.r2 = prefill == null ? 0 : prefill.cachedTokens();
      result.r3 = prefill == null ? 0 : (int) prefill.prefillNanos();
    }
  }

  /** A stream that is closed while it leaves the queue: nobody waits for what is not told. */
  @JCStressTest
  @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "Closed first: it is told of.")
  @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "It had left: it is seen cancelled.")
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Both.")
  @State
  public static class Closed {
    private final Leavers leavers = new Leavers();
    private final RingTokenStream stream = stream(leavers);
    private int seen;

    @Actor
    public void client() {
      stream.close();
    }

    @Actor
    public void loop() {
      stream.leftQueue();
      seen = stream.isCancelled() ? 1 : 0;
    }

    @Arbiter
    public void after(II_Result result) {
      result.r1 = leavers.take() == null ? 0 : 1;
      // Seen in this plan or, at the latest, in the next one.
      result.r2 = seen == 1 || (result.r1 == 0 && stream.isCancelled()) ? 1 : 0;
    }
  }

  /** Two that leave at once, one of them twice: each is told of once. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Each once.")
  @Outcome(expect = Expect.FORBIDDEN, desc = "Lost, or told of twice.")
  @State
  public static class Leaving {
    private final Leavers leavers = new Leavers();
    private final RingTokenStream first = stream(leavers);
    private final RingTokenStream second = stream(leavers);

    @Actor
    public void one() {
      first.close();
      second.close();
    }

    @Actor
    public void other() {
      first.close();
    }

    @Arbiter
    public void after(II_Result result) {
      for (RingTokenStream s = leavers.take(); s != null; s = s.nextLeaver) {
        result.r1 += s == first ? 1 : 0;
        result.r2 += s == second ? 1 : 0;
      }
    }
  }
}
