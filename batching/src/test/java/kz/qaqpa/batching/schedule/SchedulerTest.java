package kz.qaqpa.batching.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.GenerationFailure.Kind;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.fixture.FakeEngine;
import kz.qaqpa.batching.fixture.PseudoModel;
import kz.qaqpa.batching.fixture.Rig;
import kz.qaqpa.batching.kv.BlockHash;
import kz.qaqpa.batching.sample.SamplingParams;
import kz.qaqpa.batching.schedule.Tally.Item;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.EngineShape;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.StepPlan;
import org.junit.jupiter.api.Test;

/** The scheduler's rules, one step at a time; cells of 8 tokens, a budget of 16. */
class SchedulerTest {
  private static final BatchingSettings SETTINGS =
      BatchingSettings.defaults().withStepTokens(16).withStreams(Duration.ofMillis(10), 8);

  private final FakeEngine engine = engine();
  private final Rig rig = rig(engine, SETTINGS);

  private static FakeEngine engine() {
    return new FakeEngine(FakeEngine.shape(97, 4, 64, 8), PseudoModel.hashing());
  }

  private static Rig rig(FakeEngine engine, BatchingSettings settings) {
    return new Rig(engine, settings, BlockHash.CHAINED);
  }

  /** A prompt that shares no block with one of another family. */
  private static int[] prompt(int family, int length) {
    return IntStream.range(0, length).map(i -> (i * 5 + family) % 97).toArray();
  }

  private static int[] queryLengths(StepPlan plan) {
    return IntStream.range(0, plan.rows()).map(plan::queryLength).toArray();
  }

  private static int[] slots(StepPlan plan) {
    return IntStream.range(0, plan.rows()).map(plan::slot).toArray();
  }

  @Test
  void cutsAPromptOnTheGridWithinTheBudget() {
    rig.submit(prompt(1, 35), 4);

    assertThat(queryLengths(rig.step())).containsExactly(16);
    StepPlan second = rig.step();
    assertThat(queryLengths(second)).containsExactly(16);
    assertThat(second.logits(0)).isEqualTo(LogitsMode.NONE);
    StepPlan third = rig.step();
    assertThat(queryLengths(third)).containsExactly(3);
    assertThat(third.kvLength(0)).isEqualTo(32);
    assertThat(third.logits(0)).isEqualTo(LogitsMode.CANDIDATES);
    assertThat(queryLengths(rig.step())).containsExactly(1);
  }

  @Test
  void promptsRideAlongWithDecodeOneCellAtLeast() {
    Rig small = rig(engine(), SETTINGS.withStepTokens(1));
    small.submit(prompt(1, 3), 40);
    small.step();
    small.submit(prompt(2, 20), 4);

    assertThat(queryLengths(small.step())).containsExactly(1, 8);
    assertThat(queryLengths(small.step())).containsExactly(1, 8);
    assertThat(queryLengths(small.step())).containsExactly(1, 4);
    assertThat(queryLengths(small.step())).containsExactly(1, 1);
  }

  @Test
  void whoCameFirstIsServedFirst() {
    List<Rig.Call> calls =
        IntStream.range(0, 6).mapToObj(i -> rig.submit(prompt(i, 8), 3)).toList();

    rig.step();
    assertThat(calls.stream().map(c -> c.sequence().state()).toList())
        .startsWith(SequenceState.DECODE, SequenceState.DECODE, SequenceState.WAITING);
    rig.step();
    assertThat(rig.tally.get(Item.RUNNING)).isEqualTo(3);
    rig.finish(40);
    assertThat(calls).allSatisfy(c -> assertThat(c.outlet().tokens).hasSize(3));
    assertThat(calls).allSatisfy(c -> assertThat(c.outlet().leftQueue).isEqualTo(1));
  }

  @Test
  void aLongPromptIsNotOvertakenWhenItsCellDoesNotFit() {
    rig.submit(prompt(1, 15), 2); // Takes 15 of 16.
    Rig.Call large = rig.submit(prompt(2, 8), 2);
    Rig.Call small = rig.submit(prompt(3, 1), 2);

    rig.step();

    assertThat(large.sequence().state()).isEqualTo(SequenceState.WAITING);
    assertThat(small.sequence().state()).isEqualTo(SequenceState.WAITING);
  }

  @Test
  void aPrefixInAnIdleSlotIsTakenOver() {
    rig.submit(prompt(1, 40), 2);
    rig.finish(20);
    long before = engine.computedTokens();

    Rig.Call again = rig.submit(prompt(1, 40), 2);
    rig.finish(20);

    assertThat(engine.copies()).isZero();
    assertThat(again.sequence().cached).isEqualTo(32);
    assertThat(engine.computedTokens() - before).isEqualTo(8 + 1);
    assertThat(rig.tally.get(Item.CACHED_PROMPT_TOKENS)).isEqualTo(32);
  }

  @Test
  void aPrefixInABusySlotIsCopied() {
    rig.submit(prompt(1, 40), 20);
    rig.step();
    rig.step();
    rig.step();

    Rig.Call second = rig.submit(prompt(1, 40), 2);
    StepPlan plan = rig.step();

    assertThat(engine.copies()).isEqualTo(1);
    assertThat(second.sequence().cached).isEqualTo(32);
    assertThat(queryLengths(plan)).containsExactly(1, 8);
  }

  @Test
  void aCellIsComputedOnceThoughManyWantItAtTheSameTime() {
    int[] prompt = prompt(1, 40);
    List<Rig.Call> calls = IntStream.range(0, 4).mapToObj(i -> rig.submit(prompt, 2)).toList();

    rig.finish(30);

    // 32 tokens shared, the last 8 by each: their logits are wanted. One decode step each.
    assertThat(engine.computedTokens()).isEqualTo(32 + 4 * 8 + 4);
    assertThat(calls).allSatisfy(c -> assertThat(c.outlet().tokens).hasSize(2));
  }

  @Test
  void anotherSaltSharesNothing() {
    rig.submit(prompt(1, 40), 2);
    rig.finish(20);
    GenerationRequest mine = Rig.greedy(prompt(1, 40), 2);
    Rig.Call other =
        rig.submit(
            new GenerationRequest(
                "r", "b", 8, mine.prompt(), 2, mine.sampling(), new int[0], Long.MAX_VALUE));

    rig.finish(20);

    assertThat(other.sequence().cached).isZero();
  }

  @Test
  void theNextTurnFindsItsHistoryUnlessDecodedBlocksAreNotReused() {
    for (boolean reuse : new boolean[] {true, false}) {
      Rig chat = rig(engine(), SETTINGS.withReuseDecodedPrefixes(reuse));
      Rig.Call first = chat.submit(prompt(1, 12), 20);
      chat.finish(40);
      int[] history = Arrays.copyOf(prompt(1, 12), 40);
      for (int i = 0; i < 20; i++) {
        history[12 + i] = first.outlet().tokens.get(i);
      }

      Rig.Call second = chat.submit(history, 2);
      chat.finish(40);

      // 31 tokens had KV: the last one generated was never computed. Whole blocks: 24.
      assertThat(second.sequence().cached).isEqualTo(reuse ? 24 : 8);
    }
  }

  @Test
  void holesAreClosedOnceTheyHaveCostAsMuchAsTheMove() {
    Rig.Call[] calls = new Rig.Call[4];
    for (int i = 0; i < 4; i++) {
      calls[i] = rig.submit(prompt(i, 8), i == 3 ? 50 : 3);
    }
    for (int i = 0; i < 12; i++) {
      rig.step();
    }

    StepPlan plan = rig.step();

    assertThat(slots(plan)).containsExactly(0);
    assertThat(engine.copies()).isEqualTo(1);
    rig.finish(60);
    assertThat(calls[3].outlet().tokens)
        .isEqualTo(Rig.alone(calls[3].request(), PseudoModel.hashing(), 97));
  }

  @Test
  void aConsumerWithoutRoomIsPassedOverAndThenFails() {
    Rig.Call slow = rig.submit(prompt(1, 3), 30);
    Rig.Call quick = rig.submit(prompt(2, 3), 30);
    rig.step();
    slow.outlet().room = false;

    assertThat(slots(rig.step())).hasSize(1);
    assertThat(rig.tally.get(Item.STALLED)).isEqualTo(1);
    slow.outlet().room = true;
    assertThat(slots(rig.step())).hasSize(2);

    slow.outlet().room = false;
    for (int i = 0; i < 12; i++) {
      rig.step();
    }
    assertThat(slow.failure()).isEqualTo(Kind.SLOW_CONSUMER);
    assertThat(rig.tally.get(Item.STALLED)).isZero();
    rig.finish(40);
    assertThat(quick.outlet().tokens).hasSize(30);
  }

  @Test
  void deadlinesEndSequencesWhereverTheyAre() {
    long soon = rig.now + TimeUnit.MILLISECONDS.toNanos(3);
    for (int i = 0; i < 4; i++) {
      rig.submit(prompt(i, 8), 40);
    }
    GenerationRequest late =
        new GenerationRequest(
            "late", "a", 7, prompt(9, 8), 40, SamplingParams.greedy(), new int[0], soon);
    Rig.Call waiting = rig.submit(late);
    rig.step();
    rig.step();
    rig.step();

    assertThat(waiting.failure()).isEqualTo(Kind.DEADLINE);
    assertThat(waiting.outlet().leftQueue).isEqualTo(1);
    rig.finish(60);
    assertThat(rig.tally.get(Item.FAILED)).isEqualTo(1);
    assertThat(rig.tally.get(Item.FINISHED)).isEqualTo(4);
  }

  @Test
  void aDeadlineBeforeZeroIsNotTakenForNone() {
    rig.now = Long.MAX_VALUE - 10; // nanoTime() may be anywhere, and wraps.
    GenerationRequest request =
        new GenerationRequest(
            "r",
            "a",
            7,
            prompt(1, 8),
            40,
            SamplingParams.greedy(),
            new int[0],
            Long.MIN_VALUE + TimeUnit.MILLISECONDS.toNanos(5));
    Rig.Call call = rig.submit(request);

    rig.finish(60);

    assertThat(call.failure()).isEqualTo(Kind.DEADLINE);
    assertThat(call.outlet().tokens).isNotEmpty();
  }

  @Test
  void aCancelledSequenceLeavesItsSlotInTheNextPlan() {
    Rig.Call call = rig.submit(prompt(1, 8), 40);
    Rig.Call waiting = rig.submit(prompt(2, 8), 40);
    rig.step();
    call.outlet().cancelled = true;
    waiting.outlet().cancelled = true;

    assertThat(rig.step().rows()).isZero();
    assertThat(rig.scheduler.hasLive()).isFalse();
    assertThat(rig.tally.get(Item.CANCELLED)).isEqualTo(2);
    assertThat(rig.tally.get(Item.RUNNING)).isZero();
    assertThat(rig.tally.get(Item.KV_TOKENS)).isZero();
  }

  @Test
  void manyThatHaveLeftTheQueueAreGoneOneStepLater() {
    List<Rig.Call> running =
        IntStream.range(0, 4).mapToObj(i -> rig.submit(prompt(i, 8), 40)).toList();
    rig.step();
    rig.step();
    List<Rig.Call> waiting =
        IntStream.range(0, 2_000).mapToObj(i -> rig.submit(prompt(i % 97, 8), 40)).toList();
    waiting.forEach(call -> call.outlet().cancelled = true);

    rig.step();
    assertThat(waiting).allMatch(call -> call.outlet().ends == 1 && call.outlet().leftQueue == 1);
    rig.finish(60);
    assertThat(running).allMatch(call -> call.outlet().tokens.size() == 40);
  }

  @Test
  void aFailedStepFailsItsRowsAndForgetsTheirContent() {
    Rig.Call stalled = rig.submit(prompt(1, 8), 30);
    Rig.Call done = rig.submit(prompt(5, 17), 2);
    while (done.outlet().ends == 0) {
      rig.step();
    }
    stalled.outlet().room = false;
    Rig.Call hit = rig.submit(prompt(2, 17), 2); // So short that an empty slot is the cheapest.
    boolean[] faulty = {true};
    engine.beforeStep(plan -> {
      if (faulty[0]) {
        throw new EngineFault.Transient("made by the test", null);
      }
    });
    rig.step();
    faulty[0] = false;

    assertThat(hit.failure()).isEqualTo(Kind.ENGINE);
    assertThat(stalled.outlet().ends).isZero();
    stalled.outlet().room = true;
    Rig.Call again = rig.submit(prompt(2, 17), 2);
    Rig.Call untouched = rig.submit(prompt(5, 17), 2);
    rig.finish(60);
    assertThat(again.sequence().cached).isZero();
    assertThat(untouched.sequence().cached).isEqualTo(16);
    assertThat(stalled.outlet().tokens).hasSize(30);
    assertThat(untouched.outlet().tokens).isEqualTo(done.outlet().tokens);
  }

  @Test
  void anEngineWhoseStepIsTooSmallIsRefused() {
    EngineShape shape = new EngineShape(97, 4, 64, 11, 8, 1, 1, 1, "fake");
    assertThatThrownBy(() -> new Scheduler(shape, SETTINGS, BlockHash.CHAINED, new Tally()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("maxStepTokens: 11 (expected: >= slots + prefillChunk = 12)");
  }

  @Test
  void aRequestMayFillItsSlotToTheLastToken() {
    Rig.Call call = rig.submit(prompt(1, 60), 4);
    rig.finish(20);
    assertThat(call.outlet().tokens).hasSize(4);
  }
}
