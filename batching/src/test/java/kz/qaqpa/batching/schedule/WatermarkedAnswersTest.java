package kz.qaqpa.batching.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.fixture.FakeEngine;
import kz.qaqpa.batching.fixture.PseudoModel;
import kz.qaqpa.batching.fixture.Rig;
import kz.qaqpa.batching.kv.BlockHash;
import kz.qaqpa.batching.mark.Watermark;
import kz.qaqpa.batching.sample.SamplingParams;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;

/** Choices and seeds still make answers differ, and a seed still repeats its answer. */
class WatermarkedAnswersTest {
  private static final int VOCABULARY = 60;

  private static GenerationRequest request(long[] keys, long seed) {
    SamplingParams sampling =
        new SamplingParams(1, 0, 1, 0, 1, 0, 0, seed, -1)
            .withWatermark(Watermark.serving(keys, seed));
    return new GenerationRequest(
        "r", "a", 1, new int[] {1, 2, 3}, 20, sampling, new int[0], Long.MAX_VALUE);
  }

  private static Rig rig() {
    FakeEngine engine =
        new FakeEngine(FakeEngine.shape(VOCABULARY, 8, 64, 8), PseudoModel.hashing());
    return new Rig(engine, BatchingSettings.defaults(), BlockHash.CHAINED);
  }

  private static long[] keys(RandomGenerator random) {
    return random.longs(Watermark.SUB_KEYS).toArray();
  }

  @Test
  void eightChoicesAreEightAnswers() {
    Seeds.forRandom(
        TestSize.tries(200, 5_000),
        random -> {
          Rig rig = rig();
          List<Rig.Call> calls = rig.submit(request(keys(random), random.nextLong()), 8);
          rig.finish(100);
          assertThat(calls.stream().map(call -> call.outlet().tokens).distinct()).hasSize(8);
        });
  }

  /** Also where the first tokens, which no key draws, happen to be the same. */
  @Test
  void choicesPartAfterEqualBeginnings() {
    Seeds.forRandom(
        TestSize.tries(200, 5_000),
        random -> {
          long[] keys = keys(random);
          GenerationRequest request = request(keys, 5);
          GenerationRequest sameSeed =
              new GenerationRequest(
                  "r",
                  "a",
                  1,
                  request.prompt(),
                  20,
                  request.sampling().withWatermark(Watermark.serving(keys, 5).choice(1)),
                  new int[0],
                  Long.MAX_VALUE);
          List<Integer> one = Rig.alone(request, PseudoModel.hashing(), VOCABULARY);
          List<Integer> other = Rig.alone(sameSeed, PseudoModel.hashing(), VOCABULARY);
          assertThat(one.subList(0, 4)).isEqualTo(other.subList(0, 4));
          assertThat(one).isNotEqualTo(other);
        });
  }

  @Test
  void twoSeedsAreTwoAnswersAndOneSeedIsOne() {
    Seeds.forRandom(
        TestSize.tries(200, 5_000),
        random -> {
          long[] keys = keys(random);
          Rig rig = rig();
          List<Rig.Call> calls =
              Stream.of(11L, 12L, 11L).map(seed -> rig.submit(request(keys, seed))).toList();
          rig.finish(100);
          assertThat(calls.get(0).outlet().tokens).isNotEqualTo(calls.get(1).outlet().tokens);
          assertThat(calls.get(0).outlet().tokens).isEqualTo(calls.get(2).outlet().tokens);
        });
  }
}
