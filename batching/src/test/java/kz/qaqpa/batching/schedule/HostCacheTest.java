package kz.qaqpa.batching.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.GenerationFailure.Kind;
import kz.qaqpa.batching.HostCacheSettings;
import kz.qaqpa.batching.PreemptionSettings;
import kz.qaqpa.batching.fixture.FakeEngine;
import kz.qaqpa.batching.fixture.PseudoModel;
import kz.qaqpa.batching.fixture.Rig;
import kz.qaqpa.batching.kv.BlockHash;
import kz.qaqpa.batching.schedule.Tally.Item;
import kz.qaqpa.engine.EngineFault;
import org.junit.jupiter.api.Test;

/** Prompts whose KV comes from host blocks; cells of 8 tokens. */
class HostCacheTest {
  private static final int VOCABULARY = 97;
  private static final PseudoModel MODEL = PseudoModel.hashing();

  private final FakeEngine engine = new FakeEngine(FakeEngine.shape(VOCABULARY, 1, 160, 8), MODEL);

  private static BatchingSettings settings(int blocksPerStep) {
    return BatchingSettings.defaults()
        .withStepTokens(16)
        .withTiers(new HostCacheSettings(1, blocksPerStep, 0.5), PreemptionSettings.off());
  }

  private Rig rig(BatchingSettings settings, int hostBlocks) {
    return new Rig(engine, settings, BlockHash.CHAINED, hostBlocks);
  }

  private static int[] prompt(int family, int length) {
    return IntStream.range(0, length).map(i -> (i * 5 + family) % VOCABULARY).toArray();
  }

  /** Runs a request to its end, and the loop on until nothing more is to be saved. */
  private static Rig.Call run(Rig rig, int[] prompt, int output) {
    Rig.Call call = rig.submit(prompt, output);
    rig.finish(200);
    for (int i = 0; i < 30; i++) {
      rig.step();
    }
    assertThat(call.outlet().tokens).isEqualTo(Rig.alone(call.request(), MODEL, VOCABULARY));
    return call;
  }

  private static int[] history(Rig.Call call, int more) {
    int[] prompt = call.request().prompt();
    int[] answer = call.outlet().tokens.stream().mapToInt(Integer::intValue).toArray();
    int[] all = Arrays.copyOf(prompt, prompt.length + answer.length + more);
    System.arraycopy(answer, 0, all, prompt.length, answer.length);
    return all;
  }

  @Test
  void theNextTurnFindsItsWholeHistoryAfterItsSlotWasReused() {
    for (int blocksPerStep : new int[] {1, 3, 16}) {
      Rig rig = rig(settings(blocksPerStep), 100);
      Rig.Call first = run(rig, prompt(1, 40), 60);
      for (int i = 0; i < 5; i++) {
        run(rig, prompt(20 + i, 80), 10);
      }
      long before = engine.computedTokens();
      Rig.Call second = run(rig, history(first, 4), 5);

      // The last token of the first answer was never computed.
      assertThat(second.sequence().cached).isEqualTo(99 / 8 * 8);
      assertThat(rig.tally.get(Item.HOST_CACHED_PROMPT_TOKENS)).isEqualTo(96);
      assertThat(rig.tally.get(Item.CACHED_PROMPT_TOKENS)).isEqualTo(96);
      assertThat(engine.computedTokens() - before).isEqualTo(104 - 96 + 4);
    }
  }

  @Test
  void decodedBlocksAreFoundOnlyWhereTheyMayBeReused() {
    Rig rig = rig(settings(16).withReuseDecodedPrefixes(false), 100);
    Rig.Call first = run(rig, prompt(1, 20), 30);
    run(rig, prompt(2, 80), 10);
    Rig.Call second = run(rig, history(first, 4), 5);
    assertThat(second.sequence().cached).isEqualTo(16);
  }

  @Test
  void aSlotsPrefixAndWhatFollowsInHostBlocksAreJoined() {
    Rig rig = rig(settings(16), 100);
    int[] longer = prompt(1, 80);
    run(rig, longer, 2);
    run(rig, Arrays.copyOf(longer, 20), 2); // Its slot holds the beginning alone.

    Rig.Call again = run(rig, longer, 2);
    assertThat(again.sequence().cached).isEqualTo(72);
    assertThat(rig.tally.get(Item.HOST_CACHED_PROMPT_TOKENS)).isBetween(1L, 72L);
  }

  @Test
  void noStepMovesMoreThanItMay() {
    Rig rig = rig(settings(2), 100);
    int[] longer = prompt(1, 150);
    long[] moves = {0};
    for (int[] prompt : new int[][] {longer, prompt(2, 150), longer}) {
      rig.submit(prompt, 5);
      for (int i = 0; i < 120; i++) {
        rig.step();
        long now = engine.hostReads() + engine.hostWrites();
        assertThat(now - moves[0]).isLessThanOrEqualTo(2);
        moves[0] = now;
      }
    }
    assertThat(rig.tally.get(Item.HOST_CACHED_PROMPT_TOKENS)).isEqualTo(144);
  }

  @Test
  void anIdleLoopSavesWhatIsLeftAndComesToRest() {
    Rig rig = rig(settings(1), 100);
    rig.submit(prompt(1, 100), 2);
    rig.finish(200);
    int steps = 0;
    for (long reads = -1; reads != engine.hostReads(); steps++) {
      reads = engine.hostReads();
      rig.step();
    }
    assertThat(engine.hostReads()).isEqualTo(101 / 8);
    assertThat(steps).isLessThan(20);
  }

  @Test
  void loadingIsLeftWhereComputingIsCheaper() {
    Rig rig = rig(settings(16), 100);
    run(rig, prompt(1, 80), 2);
    run(rig, prompt(2, 80), 2);
    for (int i = 0; i < 300; i++) {
      rig.scheduler.costs().moved(1, 1_000_000_000);
    }
    assertThat(run(rig, prompt(1, 80), 2).sequence().cached).isZero();
  }

  @Test
  void aFaultWhileSavingHurtsNobodyAndOneWhileLoadingWhoLoads() {
    boolean[] failing = {true};
    engine.beforeHostMove(() -> {
      if (failing[0]) {
        throw new EngineFault.Transient("a fault that the test made", null);
      }
    });
    Rig rig = rig(settings(4), 100);
    Rig.Call first = rig.submit(prompt(1, 40), 5);
    for (int i = 0; i < 20; i++) {
      rig.step();
    }
    failing[0] = false;
    rig.finish(200);
    assertThat(first.outlet().tokens).hasSize(5);
    run(rig, prompt(1, 40), 5);
    run(rig, prompt(2, 40), 5);

    failing[0] = true;
    Rig.Call loading = rig.submit(prompt(1, 40), 5);
    rig.step();
    assertThat(loading.failure()).isEqualTo(Kind.ENGINE);
    failing[0] = false;
    assertThat(run(rig, prompt(1, 40), 5).sequence().cached).isEqualTo(32);
  }
}
