package kz.qaqpa.batching.schedule;

import static kz.qaqpa.batching.PriorityClass.BATCH;
import static kz.qaqpa.batching.PriorityClass.CITIZEN;
import static kz.qaqpa.batching.PriorityClass.INTERACTIVE;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.FairnessSettings;
import kz.qaqpa.batching.GenerationFailure.Kind;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.HostCacheSettings;
import kz.qaqpa.batching.PreemptionSettings;
import kz.qaqpa.batching.PriorityClass;
import kz.qaqpa.batching.SchedulingPolicy;
import kz.qaqpa.batching.fixture.FakeEngine;
import kz.qaqpa.batching.fixture.PseudoModel;
import kz.qaqpa.batching.fixture.Rig;
import kz.qaqpa.batching.kv.BlockHash;
import kz.qaqpa.batching.sample.SamplingParams;
import kz.qaqpa.batching.schedule.Tally.Item;
import kz.qaqpa.engine.EngineFault;
import org.junit.jupiter.api.Test;

/** Who gives up a slot, and how it comes back; cells of 8 tokens, a millisecond a step. */
class PreemptionTest {
  private static final int VOCABULARY = 97;
  private static final PseudoModel MODEL = PseudoModel.hashing();
  private static final HostCacheSettings HOST = new HostCacheSettings(1, 4, 1);
  private static final PreemptionSettings RULES =
      new PreemptionSettings(true, 100, 2, Duration.ofMillis(5));
  private static final BatchingSettings SETTINGS =
      BatchingSettings.defaults()
          .withStepTokens(16)
          .withStreams(Duration.ofMillis(40), 8)
          .withTiers(HOST, RULES);

  private int submitted;

  private static FakeEngine engine(int slots) {
    return new FakeEngine(FakeEngine.shape(VOCABULARY, slots, 160, 8), MODEL);
  }

  private static Rig rig(FakeEngine engine, BatchingSettings settings, int hostBlocks) {
    return new Rig(engine, settings, BlockHash.CHAINED, hostBlocks);
  }

  private GenerationRequest request(String agency, PriorityClass level, int prompt, int output) {
    submitted++;
    int[] tokens = IntStream.range(0, prompt).map(i -> (i * 5 + submitted) % VOCABULARY).toArray();
    SamplingParams sampling = new SamplingParams(0.9, 0, 0.95, 0, 1.2, 0.1, 0.1, submitted, 2);
    return new GenerationRequest(
        "r" + submitted, agency, 7, tokens, output, sampling, new int[0], Long.MAX_VALUE, level, 0);
  }

  private static void steps(Rig rig, int count) {
    for (int i = 0; i < count; i++) {
      rig.step();
    }
  }

  private static void assertAsAlone(Rig.Call... calls) {
    for (Rig.Call call : calls) {
      assertThat(call.outlet().tokens).isEqualTo(Rig.alone(call.request(), MODEL, VOCABULARY));
      assertThat(call.outlet().end).isNotNull();
    }
  }

  @Test
  void aHigherClassTakesASlotAndTheVictimComesBackFromHostBlocks() {
    FakeEngine engine = engine(1);
    Rig rig = rig(engine, SETTINGS, 20);
    Rig.Call batch = rig.submit(request("a", BATCH, 20, 60));
    steps(rig, 20);
    Rig.Call citizen = rig.submit(request("b", CITIZEN, 8, 5));
    steps(rig, 4);

    assertThat(batch.sequence().state()).isEqualTo(SequenceState.WAITING);
    assertThat(citizen.outlet().tokens).isNotEmpty();
    assertThat(rig.tally.get(Item.PREEMPTED)).isEqualTo(1);

    rig.finish(200);
    assertAsAlone(batch, citizen);
    assertThat(rig.tally.get(Item.PREEMPTIONS)).isEqualTo(1);
    assertThat(rig.tally.get(Item.RECOMPUTED_TOKENS)).isZero();
    assertThat(rig.tally.get(Item.RESTORED_TOKENS)).isGreaterThan(35);
    assertThat(rig.tally.get(Item.COMPUTED_PROMPT_TOKENS)).isEqualTo(28);
    assertThat(rig.tally.get(Item.CACHED_PROMPT_TOKENS)).isZero();
    assertThat(engine.hostWrites()).isPositive();
  }

  @Test
  void withoutHostBlocksTheVictimIsComputedOnceMoreAndCountedOnce() {
    Rig rig = rig(engine(1), SETTINGS, 0);
    Rig.Call batch = rig.submit(request("a", BATCH, 20, 60));
    steps(rig, 20);
    Rig.Call citizen = rig.submit(request("b", CITIZEN, 8, 5));

    rig.finish(300);
    assertAsAlone(batch, citizen);
    assertThat(rig.tally.get(Item.PREEMPTIONS)).isEqualTo(1);
    // Its prompt on the grid, and its answer so far token by token.
    assertThat(rig.tally.get(Item.RECOMPUTED_TOKENS)).isGreaterThan(35);
    assertThat(rig.tally.get(Item.COMPUTED_PROMPT_TOKENS)).isEqualTo(28);
    assertThat(rig.tally.get(Item.PROMPT_TOKENS)).isEqualTo(28);
    assertThat(rig.tally.get(Item.CACHED_PROMPT_TOKENS)).isZero();
  }

  @Test
  void aVictimIsComputedOnceMoreWhereThatIsCheaper() {
    FakeEngine engine = engine(1);
    Rig rig = rig(engine, SETTINGS, 20);
    for (int i = 0; i < 300; i++) {
      rig.scheduler.costs().moved(1, 1_000_000_000);
    }
    Rig.Call batch = rig.submit(request("a", BATCH, 20, 30));
    steps(rig, 10);
    Rig.Call citizen = rig.submit(request("b", CITIZEN, 8, 5));

    rig.finish(300);
    assertAsAlone(batch, citizen);
    assertThat(rig.tally.get(Item.PREEMPTIONS)).isEqualTo(1);
    assertThat(rig.tally.get(Item.RECOMPUTED_TOKENS)).isPositive();
    assertThat(engine.hostWrites()).isZero();
  }

  @Test
  void savingIsSpreadOverStepsWhileTheVictimGoesOn() {
    BatchingSettings narrow = SETTINGS.withTiers(new HostCacheSettings(1, 1, 1), RULES);
    FakeEngine engine = engine(1);
    Rig rig = rig(engine, narrow, 40);
    Rig.Call batch = rig.submit(request("a", BATCH, 80, 60));
    rig.step(); // Written behind from the first step on, at most a block in each.
    Rig.Call citizen = rig.submit(request("b", CITIZEN, 8, 5));
    long reads = 0;
    while (citizen.outlet().tokens.isEmpty()) {
      rig.step();
      assertThat(engine.hostReads() - reads).isLessThanOrEqualTo(1);
      reads = engine.hostReads();
    }
    rig.finish(300);
    assertAsAlone(batch, citizen);
    assertThat(rig.tally.get(Item.RECOMPUTED_TOKENS)).isZero();
  }

  @Test
  void aPromptThatIsHalfReadComesBackAsFarAsItWas() {
    for (int hostBlocks : new int[] {0, 20}) {
      Rig rig = rig(engine(1), SETTINGS, hostBlocks);
      Rig.Call batch = rig.submit(request("a", BATCH, 120, 5));
      steps(rig, 4);
      Rig.Call citizen = rig.submit(request("b", CITIZEN, 8, 5));
      steps(rig, 6);
      assertThat(batch.sequence().state()).isEqualTo(SequenceState.WAITING);
      assertThat(batch.outlet().tokens).isEmpty();

      rig.finish(200);
      assertAsAlone(batch, citizen);
      assertThat(rig.tally.get(Item.COMPUTED_PROMPT_TOKENS)).isEqualTo(128);
      assertThat(rig.tally.get(Item.CACHED_PROMPT_TOKENS)).isZero();
      assertThat(rig.tally.get(Item.RECOMPUTED_TOKENS) > 0).isEqualTo(hostBlocks == 0);
    }
  }

  @Test
  void whoDoesNotReadGivesUpItsSlotBeforeAnyOther() {
    Rig rig = rig(engine(2), SETTINGS, 20);
    Rig.Call stalled = rig.submit(request("a", CITIZEN, 8, 30));
    Rig.Call batch = rig.submit(request("a", BATCH, 8, 60));
    steps(rig, 5);
    stalled.outlet().room = false;
    rig.step();
    Rig.Call waiting = rig.submit(request("b", BATCH, 8, 5));
    steps(rig, 4);

    assertThat(stalled.sequence().state()).isEqualTo(SequenceState.PARKED);
    assertThat(batch.sequence().state()).isEqualTo(SequenceState.DECODE);
    assertThat(waiting.outlet().tokens).isNotEmpty();
    assertThat(rig.tally.get(Item.STALLED)).isZero();

    stalled.outlet().room = true;
    rig.finish(200);
    assertAsAlone(stalled, batch, waiting);
  }

  @Test
  void whoDoesNotReadForTooLongFailsThoughItHasNoSlot() {
    Rig rig = rig(engine(1), SETTINGS, 20);
    Rig.Call stalled = rig.submit(request("a", CITIZEN, 8, 30));
    steps(rig, 5);
    stalled.outlet().room = false;
    rig.submit(request("b", BATCH, 8, 100));
    steps(rig, 20);
    assertThat(stalled.sequence().state()).isEqualTo(SequenceState.PARKED);
    steps(rig, 30);

    assertThat(stalled.failure()).isEqualTo(Kind.SLOW_CONSUMER);
    assertThat(rig.tally.get(Item.HOST_BLOCKS_HELD)).isZero();
    rig.finish(200);
  }

  @Test
  void anAgencyFarBelowItsShareTakesASlotOfOneFarAhead() {
    Rig rig = rig(engine(2), SETTINGS, 20);
    Rig.Call first = rig.submit(request("greedy", INTERACTIVE, 8, 140));
    Rig.Call second = rig.submit(request("greedy", INTERACTIVE, 8, 140));
    steps(rig, 3);
    Rig.Call modest = rig.submit(request("modest", INTERACTIVE, 8, 5));
    steps(rig, 15);
    assertThat(rig.tally.get(Item.PREEMPTIONS)).as("not yet far ahead").isZero();
    steps(rig, 30);
    assertThat(modest.outlet().end).isNotNull();
    assertThat(first.outlet().end).isNull();

    rig.finish(400);
    assertAsAlone(first, second, modest);
    assertThat(rig.tally.get(Item.PREEMPTIONS)).isEqualTo(1);
  }

  @Test
  void noPolicyWithoutClassesAndAgenciesPreempts() {
    Rig rig =
        rig(engine(1), SETTINGS.withPolicy(SchedulingPolicy.FCFS, FairnessSettings.defaults()), 20);
    Rig.Call batch = rig.submit(request("a", BATCH, 8, 100));
    steps(rig, 60);
    rig.submit(request("b", CITIZEN, 8, 5));
    rig.finish(300);
    assertThat(rig.tally.get(Item.PREEMPTIONS)).isZero();
    assertAsAlone(batch);
  }

  @Test
  void whatAClassIsGuaranteedNoHigherOneTakesAway() {
    FairnessSettings shares = FairnessSettings.defaults().withShares(0, 0.4);
    Rig rig = rig(engine(1), SETTINGS.withPolicy(SchedulingPolicy.FAIR, shares), 20);
    Rig.Call citizen = rig.submit(request("a", CITIZEN, 8, 40));
    rig.step();
    Rig.Call batch = rig.submit(request("b", BATCH, 8, 20));
    rig.submit(request("a", CITIZEN, 8, 10));
    while (citizen.outlet().end == null) {
      rig.step();
    }
    steps(rig, 15);
    assertThat(batch.outlet().tokens).hasSizeGreaterThan(10);
    rig.finish(200);
    assertThat(rig.tally.get(Item.PREEMPTIONS)).isZero();
  }

  @Test
  void aSequenceIsPreemptedSoManyTimesAndNotMore() {
    Rig rig = rig(engine(1), SETTINGS, 20);
    Rig.Call batch = rig.submit(request("a", BATCH, 8, 100));
    for (int i = 0; i < 6; i++) {
      steps(rig, 12);
      rig.submit(request("b", CITIZEN, 8, 2));
    }
    rig.finish(400);
    assertThat(batch.sequence().preemptions).isEqualTo(2);
    assertAsAlone(batch);
  }

  @Test
  void preemptionsKeepTheirDistance() {
    Rig rig = rig(engine(4), SETTINGS, 40);
    IntStream.range(0, 4).forEach(i -> rig.submit(request("a", BATCH, 4, 100)));
    steps(rig, 3);
    IntStream.range(0, 4).forEach(i -> rig.submit(request("b", CITIZEN, 4, 100)));
    long before = 0;
    for (int i = 0; i < 20; i++) {
      steps(rig, 5);
      long now = rig.tally.get(Item.PREEMPTIONS);
      assertThat(now - before).isLessThanOrEqualTo(1);
      before = now;
    }
    assertThat(before).isEqualTo(4);
    rig.finish(400);
  }

  @Test
  void whoStaysIfTheReasonIsGoneStays() {
    Rig rig = rig(engine(1), SETTINGS.withTiers(new HostCacheSettings(1, 1, 1), RULES), 40);
    Rig.Call batch = rig.submit(request("a", BATCH, 80, 40));
    rig.step();
    Rig.Call citizen = rig.submit(request("b", CITIZEN, 8, 5));
    steps(rig, 2);
    citizen.outlet().cancelled = true;
    rig.finish(200);
    assertThat(rig.tally.get(Item.PREEMPTIONS)).isZero();
    assertAsAlone(batch);
  }

  @Test
  void aPreemptedSequenceThatEndsLetsGoOfItsBlocks() {
    for (int way = 0; way < 2; way++) {
      Rig rig = rig(engine(1), SETTINGS, 20);
      GenerationRequest open = request("a", BATCH, 20, 60);
      GenerationRequest timed =
          new GenerationRequest(
              "timed",
              "a",
              7,
              open.prompt(),
              60,
              open.sampling(),
              new int[0],
              way == 0 ? Long.MAX_VALUE : rig.now + TimeUnit.MILLISECONDS.toNanos(30),
              BATCH,
              0);
      Rig.Call batch = rig.submit(timed);
      steps(rig, 10);
      rig.submit(request("b", CITIZEN, 8, 120));
      steps(rig, 10);
      assertThat(batch.sequence().state()).isEqualTo(SequenceState.WAITING);
      assertThat(rig.tally.get(Item.HOST_BLOCKS_HELD)).isPositive();
      batch.outlet().cancelled = way == 0;
      steps(rig, 20);

      assertThat(batch.outlet().ends).isEqualTo(1);
      assertThat(batch.failure()).isEqualTo(way == 0 ? null : Kind.DEADLINE);
      assertThat(rig.tally.get(Item.HOST_BLOCKS_HELD)).isZero();
      assertThat(rig.tally.get(Item.PREEMPTED)).isZero();
      rig.finish(300);
    }
  }

  @Test
  void aVictimWhoseBlocksCouldNotBeSavedIsComputedOnceMore() {
    FakeEngine engine = engine(1);
    boolean[] failing = {false};
    engine.beforeHostMove(() -> {
      if (failing[0]) {
        throw new EngineFault.Transient("a fault that the test made", null);
      }
    });
    Rig rig = rig(engine, SETTINGS, 20);
    Rig.Call batch = rig.submit(request("a", BATCH, 20, 60));
    steps(rig, 10);
    failing[0] = true;
    Rig.Call citizen = rig.submit(request("b", CITIZEN, 8, 5));
    steps(rig, 12);
    failing[0] = false;

    rig.finish(300);
    assertAsAlone(batch, citizen);
    assertThat(rig.tally.get(Item.FAILED)).isZero();
  }

  @Test
  void choicesArePreemptedAndComeBackEachByItself() {
    for (int hostBlocks : new int[] {0, 60}) {
      Rig rig = rig(engine(3), SETTINGS, hostBlocks);
      List<Rig.Call> choices = rig.submit(request("a", BATCH, 30, 40), 5);
      steps(rig, 8);
      for (int i = 0; i < 3; i++) {
        rig.submit(request("b", CITIZEN, 8, 20));
        steps(rig, 6);
      }
      assertThat(rig.tally.get(Item.PREEMPTIONS)).isGreaterThanOrEqualTo(3);
      rig.finish(600);
      assertAsAlone(choices.toArray(Rig.Call[]::new));
    }
  }

  @Test
  void preemptedSequencesEndWithTheEngine() {
    FakeEngine engine = engine(2);
    Rig rig = rig(engine, SETTINGS, 20);
    Rig.Call stalled = rig.submit(request("a", CITIZEN, 8, 60));
    Rig.Call batch = rig.submit(request("a", BATCH, 8, 60));
    steps(rig, 4);
    stalled.outlet().room = false;
    rig.submit(request("b", CITIZEN, 8, 100));
    rig.submit(request("b", CITIZEN, 8, 100));
    steps(rig, 20);
    assertThat(stalled.sequence().state()).isEqualTo(SequenceState.PARKED);
    assertThat(batch.sequence().state()).isEqualTo(SequenceState.WAITING);

    engine.beforeStep(plan -> {
      throw new EngineFault.Fatal("a fault that the test made", null);
    });
    rig.finish(2);
    assertThat(rig.isDead()).isTrue();
    assertThat(stalled.failure()).isEqualTo(Kind.ENGINE);
    assertThat(batch.failure()).isEqualTo(Kind.ENGINE);
  }
}
