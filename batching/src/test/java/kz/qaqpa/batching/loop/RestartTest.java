package kz.qaqpa.batching.loop;

import static kz.qaqpa.batching.loop.LoopCalls.SOON;
import static kz.qaqpa.batching.loop.LoopCalls.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import kz.qaqpa.batching.BatchingEngine;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.GenerationFailure;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.PriorityClass;
import kz.qaqpa.batching.TokenEvent;
import kz.qaqpa.batching.TokenStream;
import kz.qaqpa.batching.fixture.Engines;
import kz.qaqpa.batching.fixture.FakeEngine;
import kz.qaqpa.batching.fixture.PseudoModel;
import kz.qaqpa.batching.fixture.Rig;
import kz.qaqpa.batching.sample.SamplingParams;
import kz.qaqpa.engine.EngineFault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.scheduler.Schedulers;

/** An engine that fails for good is opened again: what ran has failed, what waited goes on. */
@Timeout(180)
class RestartTest {
  private static final int VOCABULARY = 1000;
  private static final PseudoModel MODEL = PseudoModel.hashing();

  @RegisterExtension final Engines engines = new Engines();

  private final FakeEngine fake = new FakeEngine(FakeEngine.shape(VOCABULARY, 1, 1024, 64), MODEL);

  private static GenerationRequest request(int first, int length, int maxTokens) {
    int[] prompt = IntStream.range(first, first + length).map(i -> i % VOCABULARY).toArray();
    return new GenerationRequest(
        "r", "a", 1, prompt, maxTokens, SamplingParams.greedy(), new int[0], Long.MAX_VALUE);
  }

  private static List<Integer> tokens(TokenStream stream) {
    return Objects.requireNonNull(
        stream
            .flux(Schedulers.parallel())
            .ofType(TokenEvent.Token.class)
            .map(TokenEvent.Token::id)
            .collectList()
            .block(SOON));
  }

  private static void assertFailed(TokenStream stream) {
    assertThatThrownBy(() -> tokens(stream))
        .isInstanceOfSatisfying(
            GenerationFailure.class,
            failure -> assertThat(failure.kind()).isEqualTo(GenerationFailure.Kind.ENGINE));
  }

  @Test
  void whatWaits_isAnsweredByTheNextEngine() {
    CountDownLatch submitted = new CountDownLatch(1);
    fake.beforeStep(plan -> {
      awaitLatch(submitted);
      throw new EngineFault.Fatal("broken", null);
    });
    BatchingEngine engine = engines.startAgain(fake, BatchingSettings.defaults());
    TokenStream running = engine.submit(request(1, 100, 8));
    GenerationRequest second = request(7, 130, 9);
    TokenStream waiting = engine.submit(second);
    submitted.countDown();

    assertFailed(running);
    assertThat(tokens(waiting)).isEqualTo(Rig.alone(second, MODEL, VOCABULARY));
    assertThat(fake.isClosed()).isTrue();
    assertThat(engines.latest()).isNotSameAs(fake);
    assertThat(engine.healthy()).isTrue();
  }

  @Test
  void nothingThatTheLostEngineHeld_isReused() {
    AtomicBoolean breaks = new AtomicBoolean();
    fake.beforeStep(plan -> {
      if (breaks.get()) {
        throw new EngineFault.Fatal("broken", null);
      }
    });
    BatchingEngine engine = engines.startAgain(fake, BatchingSettings.defaults());
    GenerationRequest asked = request(3, 300, 4);
    List<Integer> answer = tokens(engine.submit(asked));
    assertThat(tokens(engine.submit(asked))).isEqualTo(answer);
    long cached = engine.stats().cachedPromptTokens();
    assertThat(cached).isPositive();

    tokens(
        engine.submit(
            request(500, 300, 4))); // What was asked first lies in host blocks, if at all.
    breaks.set(true);
    assertFailed(engine.submit(request(8, 20, 4)));
    await(engine::healthy);
    long before = engine.stats().cachedPromptTokens();
    assertThat(tokens(engine.submit(asked))).isEqualTo(answer);
    assertThat(engine.stats().cachedPromptTokens()).isEqualTo(before);
    assertThat(engines.latest().computedTokens()).isEqualTo(300 + 3);
  }

  /** Its saved KV is the lost engine's: it is computed again, and says the same. */
  @Test
  void whoGaveUpItsSlot_goesOnWithTheNextEngine() {
    CountDownLatch urgent = new CountDownLatch(1);
    AtomicBoolean breaks = new AtomicBoolean();
    fake.beforeStep(plan -> {
      if (fake.steps() == 5) {
        awaitLatch(urgent);
      }
      if (breaks.get() && plan.tokens() == 1 && plan.kvLength(0) < 30) {
        throw new EngineFault.Fatal("broken", null);
      }
    });
    BatchingEngine engine = engines.startAgain(fake, BatchingSettings.defaults());
    GenerationRequest patient = request(1, 64, 40).withPriority(PriorityClass.BATCH, 0);
    TokenStream first = engine.submit(patient);
    await(() -> engine.stats().running() == 1);
    TokenStream second = engine.submit(request(9, 20, 30).withPriority(PriorityClass.CITIZEN, 0));
    breaks.set(true);
    urgent.countDown();
    assertFailed(second);
    assertThat(engine.stats().preemptions()).isEqualTo(1);
    assertThat(tokens(first)).isEqualTo(Rig.alone(patient, MODEL, VOCABULARY));
  }

  @Test
  void lateCall_countsAsFailed() {
    CountDownLatch hang = new CountDownLatch(1);
    AtomicBoolean called = new AtomicBoolean();
    fake.beforeStep(plan -> {
      called.set(true);
      awaitLatch(hang);
    });
    BatchingEngine engine = engines.startAgain(fake, BatchingSettings.defaults());
    TokenStream running = engine.submit(request(1, 10, 8));
    GenerationRequest second = request(7, 10, 9);
    TokenStream waiting = engine.submit(second);
    await(() -> called.get() && engine.pulse().inCallNanos() > 0);
    engine.restart();
    hang.countDown();
    assertFailed(running);
    assertThat(tokens(waiting)).isEqualTo(Rig.alone(second, MODEL, VOCABULARY));
    assertThat(engine.pulse().inCallNanos()).isZero();
  }

  @Test
  void engineThatCannotBeOpenedAgain_endsTheLoop() {
    fake.beforeStep(plan -> {
      throw new EngineFault.Fatal("broken", null);
    });
    BatchingEngine engine = engines.start(fake, BatchingSettings.defaults());
    assertFailed(engine.submit(request(1, 10, 8)));
    await(() -> !engine.pulse().alive());
    assertThat(engine.healthy()).isFalse();
    assertThat(fake.isClosed()).isTrue();
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
