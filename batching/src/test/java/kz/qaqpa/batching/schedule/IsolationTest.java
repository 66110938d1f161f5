package kz.qaqpa.batching.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.FairnessSettings;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.HostCacheSettings;
import kz.qaqpa.batching.PreemptionSettings;
import kz.qaqpa.batching.SchedulingPolicy;
import kz.qaqpa.batching.TokenStream;
import kz.qaqpa.batching.fixture.FakeEngine;
import kz.qaqpa.batching.fixture.PseudoModel;
import kz.qaqpa.batching.fixture.Rig;
import kz.qaqpa.batching.kv.BlockHash;
import kz.qaqpa.batching.sample.SamplingParams;
import kz.qaqpa.batching.schedule.Tally.Item;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;

/**
 * What an agency could measure or read of its own request is the same, to the token and the step,
 * whether another agency has the same prompt cached, in slots and host blocks, something else, or
 * nothing.
 */
class IsolationTest {
  private static final int VOCABULARY = 97;

  /** What a client can see of one request. */
  private record Seen(
      List<Integer> tokens, TokenStream.Prefill prefill, long computed, long cached, int steps) {}

  private static Rig rig(int slots, int blocksPerStep, BlockHash hash) {
    BatchingSettings settings =
        BatchingSettings.defaults()
            .withStepTokens(16)
            .withPolicy(SchedulingPolicy.FAIR, FairnessSettings.defaults())
            .withTiers(new HostCacheSettings(1, blocksPerStep, 0.5), PreemptionSettings.defaults());
    return new Rig(
        new FakeEngine(FakeEngine.shape(VOCABULARY, slots, 160, 8), PseudoModel.hashing()),
        settings,
        hash,
        64);
  }

  private static GenerationRequest request(String agency, int[] prompt, int output) {
    return new GenerationRequest(
        "r",
        agency,
        agency.hashCode() * 0x9E3779B97F4A7C15L,
        prompt,
        output,
        SamplingParams.greedy(),
        new int[0],
        Long.MAX_VALUE);
  }

  /** Some other agency's work, to its end and until all is saved. */
  private static void fill(Rig rig, int[][] prompts) {
    for (int[] prompt : prompts) {
      rig.submit(request("ministry", prompt, 4));
    }
    rig.finish(2_000);
    IntStream.range(0, 60).forEach(i -> rig.step());
  }

  private static List<Seen> measure(Rig rig, int[][] prompts) {
    List<Seen> all = new ArrayList<>();
    for (int[] prompt : prompts) {
      long computed = rig.tally.get(Item.COMPUTED_PROMPT_TOKENS);
      long cached = rig.tally.get(Item.CACHED_PROMPT_TOKENS);
      Rig.Call call = rig.submit(request("akimat", prompt, 6));
      int steps = 0;
      for (; call.outlet().ends == 0; steps++) {
        rig.step();
      }
      all.add(
          new Seen(
              call.outlet().tokens,
              call.sequence().prefill(),
              rig.tally.get(Item.COMPUTED_PROMPT_TOKENS) - computed,
              rig.tally.get(Item.CACHED_PROMPT_TOKENS) - cached,
              steps));
    }
    return all;
  }

  private static int[][] prompts(RandomGenerator random, int count) {
    int[][] prompts = new int[count][];
    for (int i = 0; i < count; i++) {
      prompts[i] = random.ints(20 + random.nextInt(100), 0, VOCABULARY).toArray();
    }
    return prompts;
  }

  @Test
  void noTimingOrUsageTellsWhatAnotherAgencyHasCached() {
    BlockHash collides = (parent, tokens, from, count) -> tokens[from] & 1;
    Seeds.forRandom(
        TestSize.tries(60, 3_000),
        random -> {
          int slots = 1 + random.nextInt(4);
          int blocksPerStep = 1 + random.nextInt(16);
          BlockHash hash = random.nextInt(4) == 0 ? collides : BlockHash.CHAINED;
          int[][] secrets = prompts(random, 6);
          int[][] others = prompts(random, 6);

          Rig cold = rig(slots, blocksPerStep, hash);
          Rig same = rig(slots, blocksPerStep, hash);
          fill(same, secrets);
          Rig different = rig(slots, blocksPerStep, hash);
          fill(different, others);
          assertThat(same.tally.get(Item.HOST_BLOCKS_USED)).isPositive();

          List<Seen> seen = measure(cold, secrets);
          assertThat(measure(same, secrets)).isEqualTo(seen);
          assertThat(measure(different, secrets)).isEqualTo(seen);
          assertThat(seen).allMatch(one -> one.cached() == 0);
        });
  }

  @Test
  void theMeasureSeesWhatAnAgencyHasCachedItself() {
    Rig rig = rig(2, 16, BlockHash.CHAINED);
    int[][] prompts = {IntStream.range(0, 90).toArray()};
    Seen first = measure(rig, prompts).getFirst();
    Seen second = measure(rig, prompts).getFirst();
    assertThat(second.steps()).isLessThan(first.steps());
    assertThat(second.cached()).isEqualTo(88);
    assertThat(second.tokens()).isEqualTo(first.tokens());
  }
}
