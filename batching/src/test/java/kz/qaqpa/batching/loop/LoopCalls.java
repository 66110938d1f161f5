package kz.qaqpa.batching.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import kz.qaqpa.batching.GenerationFailure;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.TokenEvent;
import kz.qaqpa.batching.TokenStream;
import kz.qaqpa.batching.sample.SamplingParams;
import reactor.core.scheduler.Schedulers;

/** What tests ask a loop, and how they wait for it. Any thread. */
final class LoopCalls {
  /** Until then, at the latest, what is waited for has come. */
  static final Duration SOON = Duration.ofSeconds(60);

  private LoopCalls() {}

  /** A greedy request that ends by its length. */
  static GenerationRequest request(int[] prompt, int maxTokens, long deadline) {
    return new GenerationRequest(
        "r", "a", 1, prompt, maxTokens, SamplingParams.greedy(), new int[0], deadline);
  }

  /** The same with a prompt of one token and all the time. */
  static GenerationRequest request(int first, int maxTokens) {
    return request(new int[] {first}, maxTokens, Long.MAX_VALUE);
  }

  /** All events of a stream. */
  static List<TokenEvent> read(TokenStream stream) {
    return Objects.requireNonNull(
        stream.flux(Schedulers.parallel()).collectList().block(SOON), "events");
  }

  /** Why a request failed. */
  static GenerationFailure.Kind kind(Throwable e) {
    return ((GenerationFailure) e).kind();
  }

  /** Waits for what another thread will do. */
  static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + SOON.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
      LockSupport.parkNanos(100_000);
    }
  }
}
