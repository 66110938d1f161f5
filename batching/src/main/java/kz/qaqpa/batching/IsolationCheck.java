package kz.qaqpa.batching;

import java.time.Duration;
import java.util.SplittableRandom;
import kz.qaqpa.batching.sample.SamplingParams;
import kz.qaqpa.engine.EngineShape;
import reactor.core.scheduler.Schedulers;

/**
 * Tries out, on an engine that nobody else uses, that what one agency has cached is of use to
 * itself and tells another one nothing: neither by what its request reports, nor by what was
 * computed for it, nor by the steps that it took. Once while the prompt lies in a slot, and once
 * after all slots were given to others.
 */
public final class IsolationCheck {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int CELLS = 3;
  private static final int OUTPUT = 4;

  private final BatchingEngine engine;
  private final EngineShape shape;
  private final SplittableRandom random = new SplittableRandom();

  private IsolationCheck(BatchingEngine engine, EngineShape shape) {
    this.engine = engine;
    this.shape = shape;
  }

  /**
   * What one request cost.
   *
   * @param cachedTokens as it reports
   * @param computedTokens prompt tokens computed while it ran
   * @param steps steps while it ran
   */
  public record Cost(int cachedTokens, long computedTokens, long steps) {}

  /**
   * What was found.
   *
   * @param promptTokens of the prompt that all sent
   * @param cold the first request of an agency
   * @param own its second
   * @param foreign that of another agency
   * @param ownLater its third, after all slots were given to others
   * @param foreignLater that of one more agency
   */
  public record Finding(
      int promptTokens, Cost cold, Cost own, Cost foreign, Cost ownLater, Cost foreignLater) {

    /** Whether others paid what they would have paid alone. */
    public boolean isIsolated() {
      return cold.cachedTokens == 0 && foreign.equals(cold) && foreignLater.equals(cold);
    }
  }

  /**
   * Runs the check. Blocks; for a second or so on a CPU.
   *
   * @param engine without other requests
   * @throws IllegalStateException if a request fails
   */
  public static Finding run(BatchingEngine engine, EngineShape shape) {
    return new IsolationCheck(engine, shape).run();
  }

  private Finding run() {
    int length = Math.min(CELLS * shape.prefillChunk() + 1, shape.slotLength() - OUTPUT);
    int[] prompt = prompt(length);
    long salt = random.nextLong();
    Cost cold = ask("first", salt, prompt);
    Cost own = ask("first", salt, prompt);
    Cost foreign = ask("second", random.nextLong(), prompt);
    for (int i = 0; i < shape.slots(); i++) {
      ask("third", random.nextLong(), prompt(length));
    }
    Cost ownLater = ask("first", salt, prompt);
    Cost foreignLater = ask("fourth", random.nextLong(), prompt);
    return new Finding(length, cold, own, foreign, ownLater, foreignLater);
  }

  private int[] prompt(int length) {
    return random.ints(length, 0, shape.vocabulary()).toArray();
  }

  private Cost ask(String agency, long salt, int[] prompt) {
    BatchingStats before = engine.stats();
    GenerationRequest request =
        new GenerationRequest(
            "isolation-check",
            agency,
            salt,
            prompt,
            OUTPUT,
            SamplingParams.greedy(),
            new int[0],
            Long.MAX_VALUE);
    try (TokenStream stream = engine.submit(request)) {
      if (!(stream.flux(Schedulers.parallel()).blockLast(PATIENCE) instanceof TokenEvent.End end)) {
        throw new IllegalStateException("isolation check: no answer");
      }
      BatchingStats after = engine.stats();
      return new Cost(
          end.prefill().cachedTokens(),
          after.computedPromptTokens() - before.computedPromptTokens(),
          after.steps() - before.steps());
    }
  }
}
