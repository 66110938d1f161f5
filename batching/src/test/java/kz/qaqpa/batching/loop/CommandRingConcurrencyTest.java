package kz.qaqpa.batching.loop;

import kz.qaqpa.testing.TestSize;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Lincheck: offers by many threads and polls by one are linearizable. */
@Tag("concurrency")
class CommandRingConcurrencyTest {

  /** The operations that Lincheck mixes. */
  public static class Operations {
    // Unparking a thread that never started has no effect.
    private final CommandRing<Integer> ring =
        new CommandRing<>(8, Thread.ofPlatform().unstarted(() -> {}));

    @Operation
    public boolean offer(@Param(gen = IntGen.class, conf = "1:9") int value) {
      return ring.offer(value);
    }

    @Operation(nonParallelGroup = "consumer")
    public @Nullable Integer poll() {
      return ring.poll();
    }
  }

  @Test
  void offersAndPollsAreLinearizableUnderStress() {
    new StressOptions()
        .iterations(4)
        .invocationsPerIteration(TestSize.tries(100, 10_000))
        .threads(2)
        .actorsPerThread(4)
        .check(Operations.class);
  }

  @Test
  void offersAndPollsAreLinearizableInEveryModelledInterleaving() {
    new ModelCheckingOptions()
        .iterations(2)
        .invocationsPerIteration(TestSize.tries(100, 10_000))
        .threads(2)
        .actorsPerThread(3)
        .check(Operations.class);
  }
}
