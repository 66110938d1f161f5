package kz.qaqpa.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.fixture.Rig;
import kz.qaqpa.batching.kv.BlockHash;
import kz.qaqpa.batching.mark.Watermark;
import kz.qaqpa.batching.sample.LogitBias;
import kz.qaqpa.batching.sample.SamplingParams;
import kz.qaqpa.batching.sample.TokenMask;
import kz.qaqpa.batching.schedule.Tally.Item;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;

/**
 * Several choices of a request on the embedded engine and the shipped model: each equals the run
 * alone of a request with its seed, whether its KV was copied from the leader or read again because
 * slots were few, with and without bias, mask and watermark.
 */
class CpuChoicesIdentityTest {
  private long copies;

  @Test
  void everyChoiceEqualsItsRunAloneInF32() {
    identity("f32", TestSize.tries(24, 500));
  }

  @Test
  void everyChoiceEqualsItsRunAloneInInt8() {
    identity("int8", TestSize.tries(12, 500));
  }

  private void identity(String precision, int schedules) {
    try (Engine engine = CpuTokenIdentityTest.open(precision)) {
      Seeds.forRandom(
          schedules,
          random -> {
            Map<GenerationRequest, List<Integer>> alone = new HashMap<>();
            for (Rig.Call call : runSchedule(engine, random)) {
              List<Integer> got = call.outlet().tokens;
              List<Integer> wanted =
                  alone.computeIfAbsent(call.request(), one -> LoneRun.of(engine, one).tokens());
              assertThat(got).isEqualTo(wanted.subList(0, got.size()));
              assertThat(call.outlet().end == null || got.size() == wanted.size()).isTrue();
              assertThat(call.outlet().end != null || call.outlet().cancelled).isTrue();
            }
          });
      if (System.getProperty("qaqpa.test.seed", "").isBlank()) {
        assertThat(copies).isPositive();
      }
    }
  }

  private List<Rig.Call> runSchedule(Engine engine, RandomGenerator random) {
    BatchingSettings settings =
        BatchingSettings.defaults()
            .withReuseDecodedPrefixes(false)
            .withStepTokens(1 + random.nextInt(200));
    Rig rig = new Rig(engine, settings, BlockHash.CHAINED);
    int[] family = random.ints(140, 0, engine.shape().vocabulary() - 10).toArray();
    List<Rig.Call> calls = new ArrayList<>();
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      calls.addAll(rig.submit(request(engine, family, random), 1 + random.nextInt(8)));
      for (int steps = random.nextInt(8); steps > 0; steps--) {
        calls.get(random.nextInt(calls.size())).outlet().cancelled |= random.nextInt(8) == 0;
        rig.step();
      }
    }
    rig.finish(2_000);
    copies += rig.copies();
    assertThat(rig.tally.get(Item.RUNNING)).isZero();
    return calls;
  }

  private static GenerationRequest request(Engine engine, int[] family, RandomGenerator random) {
    int vocabulary = engine.shape().vocabulary();
    int[] prompt = Arrays.copyOf(family, 1 + random.nextInt(family.length));
    prompt[prompt.length - 1] = random.nextInt(vocabulary - 10);
    double temperature = random.nextInt(4) == 0 ? 0 : 0.9;
    int topK = random.nextInt(3) * 20;
    long seed = random.nextLong();
    SamplingParams sampling =
        new SamplingParams(temperature, topK, 0.95, 0, 1, 0, 0, seed, -1)
            .withWatermark(
                random.nextBoolean() ? null : Watermark.serving(CpuTokenIdentityTest.KEYS, seed))
            .withMask(random.nextBoolean() ? null : mask(vocabulary, random))
            .withLogitBias(
                random.nextInt(4) > 0
                    ? LogitBias.NONE
                    : LogitBias.of(Map.of(random.nextInt(vocabulary), -5f)));
    return new GenerationRequest(
        "r", "agency", 1, prompt, 2 + random.nextInt(9), sampling, new int[0], Long.MAX_VALUE);
  }

  /** Some special tokens at the end of the vocabulary, or so many that all logits are needed. */
  private static TokenMask mask(int vocabulary, RandomGenerator random) {
    int masked = random.nextBoolean() ? 10 : vocabulary * 9 / 10;
    return TokenMask.of(vocabulary, IntStream.range(vocabulary - masked, vocabulary).toArray());
  }
}
