package kz.qaqpa.batching.loop;

import java.util.Objects;
import kz.qaqpa.batching.TokenEvent;
import kz.qaqpa.testing.TestSize;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.scheduler.Schedulers;

/**
 * Lincheck: pushes by the step loop and requests by the consumer behave as if one came after the
 * other. The edge is immediate here, so that a request returns what it delivered.
 */
@Tag("concurrency")
class RingTokenStreamConcurrencyTest {

  /** The operations that Lincheck mixes: one pushes while there is room, one requests and takes. */
  public static class Operations {
    private final Backlog.Entry queued = Objects.requireNonNull(new Backlog(1, 1).enter(1, 1));
    private final RingTokenStream stream =
        new RingTokenStream(8, new TokenEvent.Token[100], queued, new Leavers());
    private final Inbox inbox = new Inbox();
    private int pushed;

    public Operations() {
      stream.flux(Schedulers.immediate()).subscribe(inbox);
    }

    /** Pushes the next number; they reach the consumer in order whatever happens in between. */
    @Operation(nonParallelGroup = "loop")
    public void push() {
      if (stream.hasRoom()) {
        stream.push(pushed++, null);
      }
    }

    /** Asks for one more and returns whether all that came so far was in order. */
    @Operation(nonParallelGroup = "consumer")
    public boolean take() {
      inbox.request(1);
      return inbox.inOrder();
    }
  }

  private static final class Inbox extends BaseSubscriber<TokenEvent> {
    private volatile int received;
    private volatile boolean ordered = true;

    @Override
    protected void hookOnSubscribe(Subscription subscription) {}

    @Override
    @SuppressWarnings({
      "NonAtomicVolatileUpdate",
      "NonAtomicOperationOnVolatileField"
    }) // Signals are serial.
    protected void hookOnNext(@Nullable TokenEvent event) {
      ordered &= event instanceof TokenEvent.Token token && token.id() == received;
      received++;
    }

    boolean inOrder() {
      return ordered;
    }
  }

  @Test
  void tokensReachTheConsumerInOrderUnderStress() {
    new StressOptions()
        .iterations(3)
        .invocationsPerIteration(TestSize.tries(100, 10_000))
        .threads(2)
        .actorsPerThread(6)
        .check(Operations.class);
  }
}
