package kz.qaqpa.batching.loop;

import static kz.qaqpa.batching.loop.LoopCalls.SOON;
import static kz.qaqpa.batching.loop.LoopCalls.await;
import static kz.qaqpa.batching.loop.LoopCalls.kind;
import static kz.qaqpa.batching.loop.LoopCalls.read;
import static kz.qaqpa.batching.loop.LoopCalls.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import kz.qaqpa.batching.BatchingEngine;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.GenerationFailure;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.SubmitRefusal;
import kz.qaqpa.batching.SubmitRefusal.Reason;
import kz.qaqpa.batching.TokenEvent;
import kz.qaqpa.batching.TokenEvent.End;
import kz.qaqpa.batching.TokenStream;
import kz.qaqpa.batching.fixture.Engines;
import kz.qaqpa.batching.fixture.FakeEngine;
import kz.qaqpa.batching.fixture.PseudoModel;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** The loop with its thread, over an engine that a test can hold at any step. */
@Timeout(180)
class StepLoopTest {
  private static final BatchingSettings SETTINGS = BatchingSettings.defaults();

  @RegisterExtension final Engines engines = new Engines();

  private final FakeEngine fake =
      new FakeEngine(FakeEngine.shape(1000, 40, 1024, 64), PseudoModel.counting());

  private static End end(List<TokenEvent> events) {
    return (End) events.getLast();
  }

  private static void assertRefused(BatchingEngine engine, GenerationRequest request, Reason why) {
    assertThatThrownBy(() -> engine.submit(request))
        .isInstanceOfSatisfying(
            SubmitRefusal.class, refusal -> assertThat(refusal.reason()).isEqualTo(why));
  }

  @Test
  void thirtyTwoConcurrentRequestsShareTheirSteps() {
    CountDownLatch submitted = new CountDownLatch(1);
    fake.beforeStep(plan -> awaitLatch(submitted));
    BatchingEngine engine = engines.start(fake, SETTINGS);

    List<TokenStream> streams =
        IntStream.range(0, 32).mapToObj(i -> engine.submit(request(i, 32))).toList();
    submitted.countDown();
    streams.forEach(stream -> assertThat(end(read(stream)).outputTokens()).isEqualTo(32));

    double rows = (double) engine.stats().stepRows() / engine.stats().steps();
    assertThat(rows).as("mean rows of a step").isGreaterThan(16);
  }

  @Test
  void aPrefixHitLowersTheTokensThatTheEngineIsAskedToCompute() {
    BatchingEngine engine = engines.start(fake, SETTINGS);
    int[] prompt = IntStream.range(0, 500).toArray();

    read(engine.submit(request(prompt, 1, Long.MAX_VALUE)));
    long first = fake.computedTokens();
    End second = end(read(engine.submit(request(prompt, 1, Long.MAX_VALUE))));

    assertThat(first).isEqualTo(500);
    assertThat(fake.computedTokens() - first).isEqualTo(500 - 448);
    assertThat(second.prefill().cachedTokens()).isEqualTo(448);
    assertThat(engine.stats().cachedPromptTokens()).isEqualTo(448);
    assertThat(engine.stats().computedPromptTokens()).isEqualTo(552);
  }

  @Test
  void noWakeUpIsLost() throws Exception {
    BatchingEngine engine = engines.start(fake, SETTINGS);
    int rounds = TestSize.tries(2_000, 100_000);
    try (ExecutorService submitters = Executors.newFixedThreadPool(3)) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < 3; t++) {
        int first = t;
        all.add(
            submitters.submit(() -> {
              for (int i = 0; i < rounds; i++) { // Each waits: the loop goes idle in between.
                assertThat(end(read(engine.submit(request(first, 1)))).outputTokens()).isEqualTo(1);
              }
            }));
      }
      for (Future<?> one : all) {
        one.get(50, TimeUnit.SECONDS);
      }
    }
    assertThat(engine.stats().finished()).isEqualTo(3L * rounds);
  }

  @Test
  void aFullQueueRefusesAtOnceByRequestsAndByTokens() {
    CountDownLatch go = new CountDownLatch(1);
    fake.beforeStep(plan -> awaitLatch(go));
    BatchingEngine engine = engines.start(fake, SETTINGS.withQueue(3, 100));
    TokenStream running = engine.submit(request(0, 1));
    await(() -> engine.stats().waiting() == 0);

    TokenStream large = engine.submit(request(new int[99], 1, Long.MAX_VALUE));
    assertRefused(engine, request(new int[2], 1, Long.MAX_VALUE), Reason.QUEUE_FULL);
    TokenStream small = engine.submit(request(1, 1));
    assertThat(engine.stats().waiting()).isEqualTo(2);
    go.countDown();
    List.of(running, large, small).forEach(stream -> assertThat(read(stream)).hasSize(2));

    assertThat(engine.stats().waiting()).isZero();
    assertThat(read(engine.submit(request(new int[500], 1, Long.MAX_VALUE)))).hasSize(2);
  }

  @Test
  void aFullRingRefuses() {
    CountDownLatch go = new CountDownLatch(1);
    fake.beforeStep(plan -> awaitLatch(go));
    BatchingSettings tiny =
        new BatchingSettings(
            1000,
            1 << 20,
            256,
            Duration.ZERO,
            Duration.ofSeconds(30),
            256,
            8,
            true,
            Duration.ofSeconds(10),
            SETTINGS.policy(),
            SETTINGS.fairness(),
            SETTINGS.hostCache(),
            SETTINGS.preemption());
    BatchingEngine engine = engines.start(fake, tiny);
    List<TokenStream> taken = new ArrayList<>();
    taken.add(engine.submit(request(0, 1)));
    await(() -> engine.stats().running() == 1);

    for (int i = 0; i < 8; i++) {
      taken.add(engine.submit(request(i, 1)));
    }
    assertRefused(engine, request(9, 1), Reason.QUEUE_FULL);
    assertThat(engine.stats().waiting()).isEqualTo(8);

    go.countDown();
    taken.forEach(stream -> assertThat(read(stream)).hasSize(2));
  }

  @Test
  void whatDoesNotFitASlotIsRefusedAndWhatJustFitsIsNot() {
    BatchingEngine engine = engines.start(fake, SETTINGS);

    assertThatThrownBy(() -> engine.submit(request(new int[1000], 25, Long.MAX_VALUE)))
        .hasMessage("prompt and max_tokens: 1000 + 25 (expected: at most 1024 together)");
    assertRefused(engine, request(new int[1], Integer.MAX_VALUE, Long.MAX_VALUE), Reason.TOO_LONG);
    assertThat(read(engine.submit(request(new int[1000], 24, Long.MAX_VALUE)))).hasSize(25);
  }

  @Test
  void drainingRefusesTheNewAndFinishesTheOld() {
    CountDownLatch go = new CountDownLatch(1);
    fake.beforeStep(plan -> awaitLatch(go));
    BatchingEngine engine = engines.start(fake, SETTINGS);
    TokenStream old = engine.submit(request(0, 5));

    engine.drain();
    assertRefused(engine, request(1, 1), Reason.DRAINING);
    go.countDown();

    assertThat(read(old)).hasSize(6);
    assertThat(engine.healthy()).isTrue();
  }

  @Test
  void closingEndsAllSequencesAndIsIdempotent() {
    Semaphore step = new Semaphore(0);
    fake.beforeStep(plan -> step.acquireUninterruptibly());
    BatchingEngine engine = engines.start(fake, SETTINGS);
    List<TokenStream> streams =
        IntStream.range(0, 50).mapToObj(i -> engine.submit(request(i, 500))).toList();
    step.release(1_000_000);

    engine.close();
    engine.close();

    for (TokenStream stream : streams) {
      StepVerifier.create(stream.flux(Schedulers.parallel()).ignoreElements())
          .expectErrorSatisfies(e -> assertThat(kind(e)).isEqualTo(GenerationFailure.Kind.STOPPED))
          .verify(SOON);
    }
    assertRefused(engine, request(1, 1), Reason.DRAINING);
    assertThat(engine.healthy()).isFalse();
    assertThat(fake.isClosed()).isTrue();
  }

  @Test
  void submittingWhileClosingEitherRefusesOrEndsTheStream() throws Exception {
    for (int round = 0; round < TestSize.tries(200, 5_000); round++) {
      FakeEngine own = new FakeEngine(FakeEngine.shape(100, 4, 128, 64), PseudoModel.counting());
      BatchingEngine engine = engines.start(own, SETTINGS);
      CountDownLatch both = new CountDownLatch(2);
      Thread closer =
          Thread.ofPlatform()
              .start(() -> {
                both.countDown();
                awaitLatch(both);
                engine.close();
              });
      both.countDown();
      awaitLatch(both);
      List<TokenStream> taken = new ArrayList<>();
      try {
        for (int i = 0; i < 20; i++) {
          taken.add(engine.submit(request(i, 2)));
        }
      } catch (SubmitRefusal refusal) {
        assertThat(refusal.reason()).isEqualTo(Reason.DRAINING);
      }
      for (TokenStream stream : taken) {
        stream.flux(Schedulers.immediate()).ignoreElements().onErrorComplete().block(SOON);
      }
      closer.join();
      engines.closeAndCheck();
    }
  }

  @Test
  void aTransientFaultFailsItsRowsAloneAndTheLoopGoesOn() {
    AtomicBoolean fail = new AtomicBoolean(true);
    fake.beforeStep(plan -> {
      if (fail.getAndSet(false)) {
        throw new EngineFault.Transient("made by the test", null);
      }
    });
    BatchingEngine engine = engines.start(fake, SETTINGS);

    StepVerifier.create(engine.submit(request(0, 3)).flux(Schedulers.parallel()))
        .expectErrorSatisfies(e -> assertThat(kind(e)).isEqualTo(GenerationFailure.Kind.ENGINE))
        .verify(SOON);

    assertThat(read(engine.submit(request(0, 3)))).hasSize(4);
    assertThat(engine.healthy()).isTrue();
    assertThat(engine.stats().failed()).isEqualTo(1);
  }

  @Test
  void aFatalFaultOrAnErrorOfOurOwnFailsEverythingAndTurnsUnhealthy() {
    for (RuntimeException fault :
        List.of(
            new EngineFault.Fatal("made by the test", null),
            new IllegalStateException("made by the test"))) {
      FakeEngine own = new FakeEngine(FakeEngine.shape(100, 1, 128, 64), PseudoModel.counting());
      Semaphore step = new Semaphore(0);
      own.beforeStep(plan -> {
        step.acquireUninterruptibly();
        throw fault;
      });
      BatchingEngine engine = engines.start(own, SETTINGS);
      List<TokenStream> streams =
          IntStream.range(0, 5).mapToObj(i -> engine.submit(request(i, 3))).toList();
      step.release();

      for (TokenStream stream : streams) {
        StepVerifier.create(stream.flux(Schedulers.parallel()))
            .expectErrorSatisfies(e -> assertThat(kind(e)).isEqualTo(GenerationFailure.Kind.ENGINE))
            .verify(SOON);
      }
      assertThat(engine.healthy()).isFalse();
      assertRefused(engine, request(1, 1), Reason.UNHEALTHY);
      await(own::isClosed);
      assertThat(engine.stats().waiting()).isZero();
    }
  }

  @Test
  void aDeadlineEndsARequestThatWaitsWithoutASlot() {
    FakeEngine one = new FakeEngine(FakeEngine.shape(100, 1, 1000, 64), PseudoModel.counting());
    Semaphore step = new Semaphore(0);
    one.beforeStep(plan -> step.acquireUninterruptibly());
    BatchingEngine engine = engines.start(one, SETTINGS);
    TokenStream holder = engine.submit(request(0, 500));
    long deadline = System.nanoTime() + 1_000_000;
    TokenStream late = engine.submit(request(new int[] {1}, 5, deadline));
    await(() -> System.nanoTime() - deadline > 0);
    step.release(1_000_000);

    StepVerifier.create(late.flux(Schedulers.parallel()))
        .expectErrorSatisfies(e -> assertThat(kind(e)).isEqualTo(GenerationFailure.Kind.DEADLINE))
        .verify(SOON);
    holder.close();
  }

  @Test
  void closeIsBoundedEvenWhileAStepHangs() {
    CountDownLatch hang = new CountDownLatch(1);
    fake.beforeStep(plan -> awaitLatch(hang));
    BatchingSettings impatient =
        new BatchingSettings(
            10,
            1000,
            256,
            Duration.ZERO,
            Duration.ofSeconds(30),
            256,
            8,
            true,
            Duration.ofMillis(50),
            SETTINGS.policy(),
            SETTINGS.fairness(),
            SETTINGS.hostCache(),
            SETTINGS.preemption());
    BatchingEngine engine = engines.start(fake, impatient);
    TokenStream stream = engine.submit(request(0, 10));
    await(() -> engine.stats().running() == 1);

    engine.close();
    assertThat(fake.isClosed()).as("closed under a running step").isFalse();

    hang.countDown();
    await(fake::isClosed);
    stream.close();
  }

  @Test
  void hostBlocksAreThereUntilTheEngineIsClosed() {
    BatchingEngine engine = engines.start(fake, SETTINGS);
    read(engine.submit(request(IntStream.range(0, 500).toArray(), 1, Long.MAX_VALUE)));
    await(() -> fake.hostReads() == 7); // By steps without rows, so none is filled.
    engine.close();
    assertThat(fake.isClosed()).isTrue(); // It would have failed at the first that is gone.
  }

  @Test
  void theListenerHearsOfEveryStep() {
    List<Integer> rows = new ArrayList<>();
    LoopEngine engine =
        LoopEngine.start(fake, Engines.NO_OTHER, "m", SETTINGS, (r, tokens, nanos) -> rows.add(r));
    read(engine.submit(request(0, 7)));
    engine.close();
    assertThat(rows).hasSize(7).containsOnly(1);
    assertThat(engine.problem()).isNull();
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
