package kz.qaqpa.engine.synthetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.EngineProvider;
import kz.qaqpa.engine.EngineProvider.LoadedEngine;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.StepPlanBuilder;
import kz.qaqpa.engine.StepResult;
import kz.qaqpa.engine.SyntheticSettings;
import org.junit.jupiter.api.Test;

class SyntheticEngineTest {
  private static final Path MODEL =
      Path.of(System.getProperty("qaqpa.root", ".."), "config", "models", "kaz-mini");
  private static final int[] PROMPT = {8186, 100, 200, 300};

  private static LoadedEngine open(int slots, SyntheticSettings synthetic) {
    Path cache = Path.of("target", "engine-cache").toAbsolutePath();
    EngineSettings settings = new EngineSettings("auto", slots, 0, 0, cache, "", synthetic);
    return new SyntheticEngineProvider().open(MODEL, settings, line -> {});
  }

  private static SyntheticSettings seed(long seed) {
    return new SyntheticSettings(seed, 0, 0, 0);
  }

  @Test
  void isFoundByName_andSaysWhatItIs() {
    assertThat(ServiceLoader.load(EngineProvider.class))
        .filteredOn(EngineProvider::isSynthetic)
        .singleElement()
        .satisfies(provider -> {
          assertThat(provider.name()).isEqualTo("synthetic");
          assertThat(provider.precisions()).containsExactly("auto");
        });
    LoadedEngine loaded = open(0, seed(5));
    assertThat(loaded.modelDigest()).matches("synthetic:seed-5:sha256:[0-9a-f]{64}");
    assertThat(loaded.description()).contains("without a meaning", "1024 slots of 2048 tokens");
    assertThat(loaded.engine().shape().vocabulary()).isEqualTo(8192);
  }

  @Test
  void anAnswerIsTheSame_howeverItWasBatchedAndCut() {
    List<Integer> alone = answer(open(1, seed(1)).engine(), 0, 0);
    assertThat(alone).doesNotHaveDuplicates().hasSize(20);
    assertThat(answer(open(64, seed(1)).engine(), 17, 2)).isEqualTo(alone);
    assertThat(answer(open(64, seed(2)).engine(), 17, 2)).isNotEqualTo(alone);
  }

  /** Greedy, beside rows of others; the prompt in two pieces if {@code cut} is not 0. */
  private static List<Integer> answer(Engine engine, int slot, int cut) {
    StepPlanBuilder plan = new StepPlanBuilder(engine.shape());
    List<Integer> tokens = new ArrayList<>();
    for (int token : PROMPT) {
      tokens.add(token);
    }
    int done = 0;
    while (tokens.size() < PROMPT.length + 20) {
      plan.clear();
      int stop = done < cut ? cut : tokens.size();
      boolean last = stop == tokens.size();
      int other = slot + 1;
      if (other < engine.shape().slots()) {
        plan.row(other, 3, LogitsMode.CANDIDATES);
        plan.token(7);
      }
      int row = plan.row(slot, done, last ? LogitsMode.CANDIDATES : LogitsMode.NONE);
      tokens.subList(done, stop).forEach(plan::token);
      StepResult result = engine.execute(plan.plan());
      done = stop;
      if (last) {
        tokens.add(result.candidateId(row, 0));
      } else {
        assertThat(result.candidates(row)).isZero();
        assertThat(result.logSumExp(row)).isNaN();
      }
    }
    return tokens.subList(PROMPT.length, tokens.size());
  }

  @Test
  void candidatesAndLogits_areOneDistribution_ofWholeWords() {
    LoadedEngine loaded = open(2, seed(1));
    StepPlanBuilder plan = new StepPlanBuilder(loaded.engine().shape());
    plan.row(1, 0, LogitsMode.FULL);
    plan.token(5);
    StepResult result = loaded.engine().execute(plan.plan());
    float[] logits = new float[8192];
    result.logits(0, logits);
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit);
    }
    assertThat(result.logSumExp(0)).isCloseTo((float) Math.log(sum), within(1e-5f));
    List<Integer> ids = new ArrayList<>();
    for (int rank = 0; rank < result.candidates(0); rank++) {
      ids.add(result.candidateId(0, rank));
      assertThat(logits[ids.get(rank)]).isEqualTo(result.candidateLogit(0, rank));
      assertThat(rank == 0 || result.candidateLogit(0, rank) < result.candidateLogit(0, rank - 1))
          .isTrue();
    }
    assertThat(ids).hasSize(64).doesNotHaveDuplicates();
    assertThat(ids).allSatisfy(id -> assertThat(id).isBetween(256, 8185)); // No byte, no control.
  }

  @Test
  void aStepTakesAtLeastWhatItIsToldTo() {
    Engine engine = open(4, new SyntheticSettings(1, 20_000, 5_000, 1_000)).engine();
    StepPlanBuilder plan = new StepPlanBuilder(engine.shape());
    plan.row(0, 9, LogitsMode.CANDIDATES);
    plan.token(1);
    plan.row(1, 0, LogitsMode.NONE);
    for (int i = 0; i < 10; i++) {
      plan.token(1);
    }
    long start = System.nanoTime();
    engine.execute(plan.plan());
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(35_000_000);
  }

  /** Tens of thousands of slots are a matter of bytes each. */
  @Test
  void manySlots() {
    Engine engine = open(1 << 16, seed(1)).engine();
    StepPlanBuilder plan = new StepPlanBuilder(engine.shape());
    for (int slot = 0; slot < engine.shape().slots(); slot++) {
      plan.row(slot, slot % 100, LogitsMode.CANDIDATES);
      plan.token(slot % 8000);
    }
    StepResult result = engine.execute(plan.plan());
    assertThat(result.candidates(65_535)).isEqualTo(64);
  }

  @Test
  void movesOfKv_areTakenAndKeepNothing() {
    Engine engine = open(2, seed(1)).engine();
    ByteBuffer block = ByteBuffer.allocate(Math.toIntExact(64 * engine.kvBytesPerToken()));
    engine.copyKv(0, 1, 64);
    engine.readKv(0, 0, 64, block);
    assertThat(block.hasRemaining()).isFalse();
    engine.writeKv(1, 0, 64, block.flip());
    assertThat(block.hasRemaining()).isFalse();
    engine.close();
    assertThatThrownBy(() -> engine.copyKv(0, 1, 64)).isInstanceOf(EngineFault.Fatal.class);
  }

  @Test
  void settingsOutOfRange_areNamed() {
    assertThatThrownBy(() -> new SyntheticSettings(1, -1, 0, 0))
        .hasMessage("engine.synthetic.stepMicros: -1.0 (expected: 0 to 10000000)");
    assertThatThrownBy(() -> new SyntheticSettings(1, 0, 0, Double.NaN))
        .hasMessageStartingWith("engine.synthetic.promptTokenMicros: NaN");
  }
}
