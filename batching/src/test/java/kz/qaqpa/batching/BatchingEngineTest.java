package kz.qaqpa.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kz.qaqpa.batching.TokenEvent.End;
import kz.qaqpa.batching.TokenEvent.Token;
import kz.qaqpa.batching.fixture.Engines;
import kz.qaqpa.batching.fixture.FakeEngine;
import kz.qaqpa.batching.fixture.PseudoModel;
import kz.qaqpa.batching.sample.LogitBias;
import kz.qaqpa.batching.sample.SamplingParams;
import kz.qaqpa.batching.sample.TokenMask;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.scheduler.Schedulers;

class BatchingEngineTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @RegisterExtension final Engines engines = new Engines();

  private final FakeEngine fake =
      new FakeEngine(FakeEngine.shape(1000, 4, 512, 64), PseudoModel.counting());

  private static GenerationRequest request(int maxTokens, int... prompt) {
    return new GenerationRequest(
        "r",
        "agency",
        1,
        prompt,
        maxTokens,
        SamplingParams.greedy(),
        new int[] {999},
        Long.MAX_VALUE);
  }

  private static List<TokenEvent> read(TokenStream stream) {
    List<TokenEvent> events = stream.flux(Schedulers.parallel()).collectList().block(SOON);
    stream.close();
    return events == null ? new ArrayList<>() : events;
  }

  @Test
  void streamsTokensAndOneEnd() {
    BatchingEngine engine = engines.start(fake, BatchingSettings.defaults());

    List<TokenEvent> events = read(engine.submit(request(3, 5, 6, 7)));

    assertThat(events.subList(0, 3))
        .containsExactly(new Token(8, null), new Token(9, null), new Token(10, null));
    End end = (End) events.get(3);
    assertThat(end.reason()).isEqualTo(FinishReason.LENGTH);
    assertThat(end.promptTokens()).isEqualTo(3);
    assertThat(end.outputTokens()).isEqualTo(3);
    assertThat(engine.stats().finished()).isEqualTo(1);
    assertThat(engine.stats().outputTokens()).isEqualTo(3);
  }

  @Test
  void endsAtAStopTokenThatIsNotDelivered() {
    BatchingEngine engine = engines.start(fake, BatchingSettings.defaults());

    List<TokenEvent> events = read(engine.submit(request(100, 996)));

    assertThat(events.subList(0, 2)).containsExactly(new Token(997, null), new Token(998, null));
    assertThat(((End) events.get(2)).reason()).isEqualTo(FinishReason.STOP);
  }

  @Test
  void readsALongPromptInChunks() {
    BatchingEngine engine = engines.start(fake, BatchingSettings.defaults().withStepTokens(64));

    List<TokenEvent> events = read(engine.submit(request(1, IntStream.range(0, 300).toArray())));

    assertThat(events.getFirst()).isEqualTo(new Token(300, null));
    assertThat(engine.stats().steps()).isEqualTo(5);
  }

  @Test
  void choicesShareTheirPrompt() {
    BatchingEngine engine = engines.start(fake, BatchingSettings.defaults());

    List<TokenStream> streams = engine.submit(request(5, IntStream.range(0, 300).toArray()), 8);
    List<List<TokenEvent>> answers = streams.stream().map(BatchingEngineTest::read).toList();

    assertThat(answers.stream().distinct()).hasSize(1);
    assertThat(answers.getFirst()).hasSize(6);
    assertThat(engine.stats().finished()).isEqualTo(8);
    assertThat(engine.stats().promptTokens()).isGreaterThanOrEqualTo(300);
    assertThat(engine.stats().waiting()).isZero();
  }

  @Test
  void choicesAreTakenAllOrNone() {
    CountDownLatch go = new CountDownLatch(1);
    fake.beforeStep(plan -> awaitLatch(go));
    BatchingEngine engine = engines.start(fake, BatchingSettings.defaults().withQueue(10, 1_000));
    // Holds the loop: whatever follows waits.
    TokenStream first = engine.submit(request(1, 1));
    awaitZeroWaiting(engine);

    assertThat(engine.room()).isEqualTo(10);
    List<TokenStream> six = engine.submit(request(2, 1, 2), 6);
    assertThat(engine.room()).isEqualTo(4);
    assertThat(engine.stats().waiting()).isEqualTo(6);
    assertRefused(() -> engine.submit(request(2, 1, 2), 5), SubmitRefusal.Reason.QUEUE_FULL);
    assertThat(engine.stats().waiting()).isEqualTo(6);
    List<TokenStream> four = engine.submit(request(2, 1, 2), 4);
    assertThat(engine.room()).isZero();
    assertRefused(() -> engine.submit(request(2, 1, 2)), SubmitRefusal.Reason.QUEUE_FULL);

    go.countDown();
    assertThat(read(first)).hasSize(2);
    Stream.concat(six.stream(), four.stream())
        .forEach(stream -> assertThat(read(stream)).hasSize(3));
  }

  @Test
  void thePromptOfChoicesCountsOnceInTheQueue() {
    CountDownLatch go = new CountDownLatch(1);
    fake.beforeStep(plan -> awaitLatch(go));
    BatchingEngine engine = engines.start(fake, BatchingSettings.defaults().withQueue(100, 400));
    TokenStream first = engine.submit(request(1, 1));
    awaitZeroWaiting(engine);
    int[] prompt = IntStream.range(0, 200).toArray();

    List<TokenStream> streams = new ArrayList<>(engine.submit(request(1, prompt), 8));
    streams.addAll(engine.submit(request(1, prompt), 8));
    assertRefused(() -> engine.submit(request(1, 5), 1), SubmitRefusal.Reason.QUEUE_FULL);

    go.countDown();
    read(first);
    streams.forEach(stream -> assertThat(read(stream)).hasSize(2));
  }

  @Test
  void choicesEndWithTheEngine() {
    CountDownLatch go = new CountDownLatch(1);
    fake.beforeStep(plan -> awaitLatch(go));
    BatchingEngine engine = engines.start(fake, BatchingSettings.defaults());
    List<TokenStream> streams = engine.submit(request(400, 1), 8);
    streams.get(3).close();
    go.countDown();
    engine.close();

    for (TokenStream stream : streams) {
      assertThatThrownBy(() -> read(stream)).isInstanceOf(RuntimeException.class);
    }
    assertRefused(() -> engine.submit(request(1, 1), 2), SubmitRefusal.Reason.DRAINING);
  }

  @Test
  void refusesWhatItCouldNotServe() {
    BatchingEngine engine = engines.start(fake, BatchingSettings.defaults());
    GenerationRequest request = request(1, 1);
    for (int choices : new int[] {Integer.MIN_VALUE, 0, 9}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> engine.submit(request, choices))
          .withMessage("n: " + choices + " (expected: 1 to 8)");
    }
    SamplingParams biased = SamplingParams.greedy().withLogitBias(LogitBias.of(Map.of(1000, 1f)));
    SamplingParams masked = SamplingParams.greedy().withMask(TokenMask.of(2000, 1999));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> engine.submit(with(biased)))
        .withMessage("logit_bias: token 1000 (expected: less than 1000)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> engine.submit(with(masked)))
        .withMessage("mask: token 1999 (expected: less than 1000)");
    assertThat(engine.stats().waiting()).isZero();
  }

  private static GenerationRequest with(SamplingParams sampling) {
    return new GenerationRequest(
        "r",
        "agency",
        1,
        new int[] {1},
        1,
        sampling,
        new int[0],
        Long.MAX_VALUE,
        PriorityClass.BATCH,
        -5);
  }

  @Test
  void aStopTokenHasNoLogprobsAndTokensHaveTheirs() {
    BatchingEngine engine = engines.start(fake, BatchingSettings.defaults());
    SamplingParams asked = new SamplingParams(0, 0, 1, 0, 1, 0, 0, 0, 20);
    GenerationRequest request =
        new GenerationRequest(
            "r", "agency", 1, new int[] {996}, 9, asked, new int[] {999}, Long.MAX_VALUE);

    List<TokenEvent> events = read(engine.submit(request));

    assertThat(events).hasSize(3);
    for (TokenEvent event : events.subList(0, 2)) {
      Token token = (Token) event;
      assertThat(Objects.requireNonNull(token.logprobs()).topIds())
          .hasSize(20)
          .startsWith(token.id());
    }
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Waits until the loop has taken what was submitted. */
  private static void awaitZeroWaiting(BatchingEngine engine) {
    long end = System.nanoTime() + SOON.toNanos();
    while (engine.stats().waiting() > 0) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
      LockSupport.parkNanos(100_000);
    }
  }

  private static void assertRefused(ThrowingCallable submission, SubmitRefusal.Reason why) {
    assertThatThrownBy(submission)
        .isInstanceOfSatisfying(
            SubmitRefusal.class, refusal -> assertThat(refusal.reason()).isEqualTo(why));
  }
}
