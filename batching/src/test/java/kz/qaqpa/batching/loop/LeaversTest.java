package kz.qaqpa.batching.loop;

import static kz.qaqpa.batching.loop.LoopCalls.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.batching.BatchingEngine;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.SubmitRefusal;
import kz.qaqpa.batching.TokenStream;
import kz.qaqpa.batching.fixture.Engines;
import kz.qaqpa.batching.fixture.FakeEngine;
import kz.qaqpa.batching.fixture.PseudoModel;
import kz.qaqpa.batching.sample.SamplingParams;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Requests that leave the queue, and those that are not let into it for their deadline. */
@Timeout(180)
class LeaversTest {
  @RegisterExtension final Engines engines = new Engines();

  private final Semaphore steps = new Semaphore(0);
  private final FakeEngine fake =
      new FakeEngine(FakeEngine.shape(1000, 2, 1024, 64), PseudoModel.counting())
          .beforeStep(_ -> steps.acquireUninterruptibly());

  private static GenerationRequest request(int maxTokens, long deadline) {
    return new GenerationRequest(
        "r", "a", 1, new int[] {5}, maxTokens, SamplingParams.greedy(), new int[0], deadline);
  }

  @Test
  void whoLeavesTheQueueIsGoneOneStepLaterWhereverItStood() {
    BatchingEngine engine = engines.start(fake, BatchingSettings.defaults());
    List<TokenStream> waiting = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      waiting.add(engine.submit(request(500, Long.MAX_VALUE)));
    }
    steps.release();
    await(() -> fake.steps() == 1);
    steps.release();
    await(() -> fake.steps() == 2 && engine.stats().waiting() == 998);
    for (int i = 500; i < 900; i++) { // More than a sweep looks at.
      waiting.get(i).close();
      waiting.get(i).close();
    }
    steps.release(1);
    await(() -> fake.steps() == 3);
    await(() -> engine.stats().waiting() == 598 && engine.stats().cancelled() == 400);
    assertThat(fake.steps()).isEqualTo(3); // The next one was planned, and waits for its turn.
    steps.release(1 << 20);
    waiting.forEach(TokenStream::close);
  }

  @Test
  void whoseTurnComesTooLateIsToldWhenToComeAgain() {
    BatchingEngine engine = engines.start(fake, BatchingSettings.defaults());
    fake.eachStepTakes(Duration.ofMillis(1));
    steps.release(1 << 20);
    long soon = TimeUnit.SECONDS.toNanos(1); // Of some five that wait; an own answer takes 50 ms.
    List<TokenStream> answers = new ArrayList<>();
    // Nothing is known yet. Of different lengths, so that not all prompts are read in pairs: what a
    // prompt takes is known after three steps with one.
    for (int i = 0; i < 12; i++) {
      answers.add(engine.submit(request(20 + 5 * i, Long.MAX_VALUE)));
    }
    await(() -> engine.stats().finished() == 12); // Not "nobody runs or waits": two readings.
    for (int i = 0; i < 200; i++) {
      answers.add(engine.submit(request(50, Long.MAX_VALUE)));
    }
    assertThatThrownBy(() -> engine.submit(request(50, System.nanoTime() + soon)))
        .isInstanceOfSatisfying(
            SubmitRefusal.class,
            refused -> {
              assertThat(refused.reason()).isEqualTo(SubmitRefusal.Reason.TOO_LATE);
              assertThat(refused.retryAfter()).isPositive();
            });
    assertThatThrownBy(() -> engine.submit(request(50, System.nanoTime() + 1)))
        .isInstanceOfSatisfying(
            SubmitRefusal.class, refused -> assertThat(refused.retryAfter()).isNull());
    answers.add(engine.submit(request(50, System.nanoTime() + TimeUnit.HOURS.toNanos(1))));
    answers.forEach(TokenStream::close);
    await(() -> engine.stats().running() + engine.stats().waiting() == 0);
  }
}
