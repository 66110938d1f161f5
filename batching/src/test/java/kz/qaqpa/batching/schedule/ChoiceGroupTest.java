package kz.qaqpa.batching.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.FinishReason;
import kz.qaqpa.batching.GenerationFailure.Kind;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.fixture.FakeEngine;
import kz.qaqpa.batching.fixture.PseudoModel;
import kz.qaqpa.batching.fixture.Rig;
import kz.qaqpa.batching.kv.BlockHash;
import kz.qaqpa.batching.sample.SamplingParams;
import kz.qaqpa.batching.schedule.Tally.Item;
import kz.qaqpa.engine.EngineFault;
import org.junit.jupiter.api.Test;

/** Several choices of one request. Virtual time, a grid of 8 tokens. */
class ChoiceGroupTest {
  private static final int VOCABULARY = 97;
  private static final PseudoModel MODEL = PseudoModel.hashing();

  private final FakeEngine engine = new FakeEngine(FakeEngine.shape(VOCABULARY, 8, 600, 8), MODEL);
  private final Rig rig = rig(engine);

  private static Rig rig(FakeEngine engine) {
    return new Rig(engine, BatchingSettings.defaults().withStepTokens(32), BlockHash.CHAINED);
  }

  private static Rig rigOf(int slots) {
    return rig(new FakeEngine(FakeEngine.shape(VOCABULARY, slots, 600, 8), MODEL));
  }

  private static GenerationRequest request(int promptLength, int maxTokens, int... stops) {
    int[] prompt = IntStream.range(0, promptLength).map(i -> i * 7 % VOCABULARY).toArray();
    SamplingParams sampling = new SamplingParams(1.5, 0, 1, 0, 1, 0, 0, 42, -1);
    return new GenerationRequest("r", "a", 7, prompt, maxTokens, sampling, stops, Long.MAX_VALUE);
  }

  private static void assertAllAsAlone(List<Rig.Call> calls) {
    for (Rig.Call call : calls) {
      assertThat(call.outlet().tokens).isEqualTo(Rig.alone(call.request(), MODEL, VOCABULARY));
      assertThat(call.outlet().ends).isEqualTo(1);
      assertThat(call.outlet().leftQueue).isEqualTo(1);
      assertThat(call.outlet().end).isNotNull();
    }
  }

  @Test
  void aPromptOfFiveHundredTokensIsComputedOnceForEightChoices() {
    List<Rig.Call> calls = rig.submit(request(500, 10), 8);

    rig.finish(100);

    assertAllAsAlone(calls);
    assertThat(calls.stream().map(call -> call.outlet().tokens).distinct()).hasSize(8);
    assertThat(rig.tally.get(Item.COMPUTED_PROMPT_TOKENS)).isEqualTo(500);
    assertThat(rig.tally.get(Item.PROMPT_TOKENS)).isEqualTo(500);
    assertThat(rig.tally.get(Item.CACHED_PROMPT_TOKENS)).isZero();
    assertThat(engine.computedTokens()).isEqualTo(500 + 8 * 9);
    assertThat(engine.copies()).isEqualTo(7);
  }

  @Test
  void allChoicesGetTheirFirstTokenInOneStepAndDecodeFromTheNext() {
    List<Rig.Call> calls = rig.submit(request(20, 10), 8);

    rig.step();
    assertThat(calls).allMatch(call -> call.outlet().tokens.size() == 1);
    rig.step();
    assertThat(calls).allMatch(call -> call.outlet().tokens.size() == 2);
    assertThat(calls)
        .allMatch(call -> call.sequence().prefill().equals(calls.getFirst().sequence().prefill()));
  }

  @Test
  void greedyChoicesAreAllEqual() {
    List<Rig.Call> calls = rig.submit(Rig.greedy(new int[] {1, 2, 3}, 12), 5);

    rig.finish(100);

    assertAllAsAlone(calls);
    assertThat(calls.stream().map(call -> call.outlet().tokens).distinct()).hasSize(1);
  }

  @Test
  void choicesWithoutASlotFollowFromWhatIsCached() {
    for (int slots = 1; slots < 8; slots++) {
      Rig few = rigOf(slots);
      List<Rig.Call> calls = few.submit(request(100, 5), 8);

      few.finish(100);

      assertAllAsAlone(calls);
      // All members that run end together; a cell that is not whole is then computed again.
      long again = few.tally.get(Item.COMPUTED_PROMPT_TOKENS) - 100;
      assertThat(again).isEqualTo((8 + slots - 1) / slots * 4 - 4);
    }
  }

  @Test
  void aSlotThatIsFreedWhileTheLeaderDecodesIsFilledByACopy() {
    Rig two = rigOf(2);
    Rig.Call other = two.submit(request(4, 5));
    List<Rig.Call> calls = two.submit(request(100, 40), 2);

    two.finish(200);

    assertAllAsAlone(calls);
    assertThat(other.outlet().end).isNotNull();
    assertThat(two.copies()).isPositive();
    assertThat(two.tally.get(Item.COMPUTED_PROMPT_TOKENS)).isEqualTo(104);
  }

  @Test
  void theNextChoiceReadsThePromptIfTheLeaderLeavesBefore() {
    List<Rig.Call> calls = rig.submit(request(200, 6), 4);
    rig.step();
    calls.get(0).outlet().cancelled = true;
    calls.get(1).outlet().cancelled = true;

    rig.finish(100);

    assertAllAsAlone(calls.subList(2, 4));
    assertThat(calls.get(0).outlet().tokens).isEmpty();
    assertThat(calls.get(1).outlet().ends).isEqualTo(1);
    assertThat(rig.tally.get(Item.COMPUTED_PROMPT_TOKENS)).isEqualTo(200);
    assertThat(rig.tally.get(Item.CANCELLED)).isEqualTo(2);
  }

  @Test
  void theNextChoiceReadsThePromptIfTheEngineFailsTheLeader() {
    int[] left = {1};
    engine.beforeStep(plan -> {
      if (left[0]-- == 0) {
        throw new EngineFault.Transient("a fault that the test made", null);
      }
    });
    List<Rig.Call> calls = rig.submit(request(200, 6), 3);

    rig.finish(100);

    assertThat(calls.get(0).failure()).isEqualTo(Kind.ENGINE);
    assertAllAsAlone(calls.subList(1, 3));
  }

  @Test
  void aLeaderThatStopsAtItsFirstTokenLeavesTheOthersAlone() {
    GenerationRequest open = request(20, 6);
    int first = Rig.alone(open, MODEL, VOCABULARY).getFirst();
    List<Rig.Call> calls = rig.submit(request(20, 6, first), 8);

    rig.finish(100);

    assertThat(calls.getFirst().outlet().tokens).isEmpty();
    assertThat(calls.getFirst().outlet().end).isNotNull();
    assertAllAsAlone(calls);
    // Whole cells come from the cache; the third is not whole and is computed twice.
    assertThat(rig.tally.get(Item.COMPUTED_PROMPT_TOKENS)).isEqualTo(24);
  }

  @Test
  void choicesOfOneTokenNeedOneSlotAndOneStep() {
    Rig one = rigOf(1);
    List<Rig.Call> calls = one.submit(request(20, 1), 8);

    one.step();

    assertAllAsAlone(calls);
    assertThat(calls)
        .extracting(call -> Objects.requireNonNull(call.outlet().end).reason())
        .containsOnly(FinishReason.LENGTH);
    assertThat(one.scheduler.hasLive()).isFalse();
    assertThat(one.copies()).isZero();
  }

  @Test
  void whoCameLaterDoesNotTakeTheSlotsOfWaitingChoices() {
    Rig four = rigOf(4);
    List<Rig.Call> calls = four.submit(request(200, 6), 4);
    Rig.Call later = four.submit(Rig.greedy(new int[] {1, 2, 3}, 3));
    while (calls.getFirst().outlet().tokens.isEmpty()) {
      four.step();
      assertThat(later.sequence().state()).isEqualTo(SequenceState.WAITING);
    }
    four.step();
    assertThat(calls).allMatch(call -> call.sequence().state() == SequenceState.DECODE);

    four.finish(100);
    assertThat(later.outlet().end).isNotNull();
  }

  @Test
  void whoCameLaterRunsBesideAWaitingGroupWhereSlotsAreLeft() {
    rig.submit(request(200, 6), 4);
    Rig.Call later = rig.submit(Rig.greedy(new int[] {1, 2, 3}, 3));

    // The prompt takes all of six steps and a part of the seventh.
    for (int i = 0; i < 9; i++) {
      rig.step();
    }
    assertThat(later.outlet().tokens).hasSize(3);
    rig.finish(100);
  }

  @Test
  void eachChoiceStallsAndIsCancelledAlone() {
    List<Rig.Call> calls = rig.submit(request(20, 20), 4);
    rig.step();
    rig.step();
    calls.get(0).outlet().cancelled = true;
    calls.get(2).outlet().room = false;
    rig.step();
    rig.step();

    assertThat(calls.get(0).outlet().tokens).hasSize(2);
    assertThat(calls.get(1).outlet().tokens).hasSize(4);
    assertThat(calls.get(2).outlet().tokens).hasSize(2);
    calls.get(2).outlet().room = true;
    rig.finish(100);
    assertAllAsAlone(calls.subList(1, 4));
  }

  @Test
  void aFailedCopyFailsTheStepAndNothingElse() {
    int[] left = {2};
    engine.beforeCopy(() -> {
      if (left[0]-- == 0) {
        throw new EngineFault.Transient("a fault that the test made", null);
      }
    });
    List<Rig.Call> calls = new ArrayList<>(rig.submit(request(20, 6), 4));
    rig.step();
    rig.step();
    Rig.Call after = rig.submit(request(20, 6));

    rig.finish(100);

    assertThat(calls).allMatch(call -> call.outlet().ends == 1);
    assertAllAsAlone(List.of(after));
  }

  @Test
  void waitingChoicesPassTheirDeadlineAlone() {
    GenerationRequest endless = request(20, 400);
    GenerationRequest timed =
        new GenerationRequest(
            "r", "a", 7, endless.prompt(), 400, endless.sampling(), new int[0], 5_000_000);
    Rig one = rigOf(1);
    List<Rig.Call> calls = one.submit(timed, 3);

    one.finish(10);

    assertThat(calls).allMatch(call -> call.failure() == Kind.DEADLINE);
    assertThat(calls.get(2).outlet().tokens).hasSize(1);
    assertThat(Arrays.asList(1, 2)).doesNotContain(calls.get(0).outlet().tokens.size());
  }
}
