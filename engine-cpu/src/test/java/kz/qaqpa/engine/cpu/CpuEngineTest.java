package kz.qaqpa.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.ServiceLoader;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.EngineProvider;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.StepPlanBuilder;
import kz.qaqpa.engine.StepResult;
import kz.qaqpa.testing.EngineDriver;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a step touches, what it refuses, and how an engine ends. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CpuEngineTest {
  private static final int SLOTS = 12;
  private static final int LENGTH = 100;

  private Engine engine;

  @BeforeAll
  void open() {
    engine = Engines.open(Engines.shippedModel(), "f32", SLOTS, LENGTH, 1).engine();
  }

  @AfterAll
  void close() {
    engine.close();
  }

  @Test
  void isFoundByName() {
    assertThat(ServiceLoader.load(EngineProvider.class))
        .anySatisfy(provider -> {
          assertThat(provider.name()).isEqualTo("cpu");
          assertThat(provider.availability().available()).isTrue();
        });
  }

  /** Every position of every slot holds a number of its own; then steps run between them. */
  @ParameterizedTest
  @ValueSource(strings = {"f32", "int8", "int8-fast", "int4"})
  void touchesNothingButItsRowsAndOneSparePosition(String precision) {
    RandomGenerator random = new SplittableRandom(3);
    try (Engine poisoned =
        Engines.open(Engines.shippedModel(), precision, SLOTS, LENGTH, 1).engine()) {
      float[][] before = new float[SLOTS][];
      for (int slot = 0; slot < SLOTS; slot++) {
        before[slot] = poison(poisoned, slot);
      }
      EngineDriver driver = new EngineDriver(poisoned);
      int[] lengths = {0, 1, 63, LENGTH, 64, LENGTH - 1, 5, 99, LENGTH, 17, 30, LENGTH};
      System.arraycopy(lengths, 0, driver.length, 0, SLOTS);
      // Holes at 1, 3 (full), 8 (full), 9 and 11 (full, beside an odd range); 2 and 10 are longer.
      driver.step();
      int[] rowLength = {1, 0, 37, 0, 1, 1, 1, 1, 0, 0, 70, 0};
      for (int slot : new int[] {10, 0, 4, 2, 5, 7, 6}) {
        driver.row(slot, LogitsMode.CANDIDATES, EngineDriver.tokens(random, rowLength[slot], 8192));
      }
      driver.run();
      for (int slot = 0; slot < SLOTS; slot++) {
        checkUntouched(poisoned, slot, before[slot], lengths[slot], rowLength[slot]);
      }
    }
  }

  private static float[] poison(Engine engine, int slot) {
    ByteBuffer block = block(engine, LENGTH);
    for (int i = 0; i < block.capacity(); i += Float.BYTES) {
      block.putFloat(i, slot + (i & 0xFFFF) / 65536f);
    }
    engine.writeKv(slot, 0, LENGTH, block);
    return read(engine, slot);
  }

  /** A row may change what it appends; a dummy, or nothing, the one position behind the content. */
  private static void checkUntouched(
      Engine engine, int slot, float[] before, int length, int appended) {
    float[] after = read(engine, slot);
    int headDim = engine.shape().headDim();
    for (int i = 0; i < after.length; i++) {
      int token = i / headDim % LENGTH;
      boolean mayChange = token >= length && token < length + Math.max(1, appended);
      if (!mayChange && after[i] != before[i]) {
        throw new AssertionError("slot " + slot + ", token " + token + " changed");
      }
    }
    if (appended > 0) {
      assertThat(after).isNotEqualTo(before);
    }
  }

  private static ByteBuffer block(Engine engine, int tokens) {
    return ByteBuffer.allocate((int) (tokens * engine.kvBytesPerToken()))
        .order(ByteOrder.nativeOrder());
  }

  private static float[] read(Engine engine, int slot) {
    ByteBuffer block = block(engine, LENGTH);
    engine.readKv(slot, 0, LENGTH, block);
    assertThat(block.hasRemaining()).isFalse();
    float[] values = new float[block.capacity() / Float.BYTES];
    block.flip().order(ByteOrder.nativeOrder()).asFloatBuffer().get(values);
    return values;
  }

  @Test
  void continuesFromACopiedPrefix() {
    RandomGenerator random = new SplittableRandom(4);
    int[] prompt = EngineDriver.tokens(random, 90, 8192);
    EngineDriver driver = new EngineDriver(engine);
    float[] whole = driver.append(1, prompt);
    engine.copyKv(1, 7, 64);
    driver.truncate(7, 64);
    assertThat(driver.append(7, Arrays.copyOfRange(prompt, 64, 90))).isEqualTo(whole);
  }

  @Test
  void continuesFromAHostBlock() {
    RandomGenerator random = new SplittableRandom(5);
    int[] prompt = EngineDriver.tokens(random, 80, 8192);
    EngineDriver driver = new EngineDriver(engine);
    float[] whole = driver.append(2, prompt);
    ByteBuffer first = ByteBuffer.allocateDirect((int) (30 * engine.kvBytesPerToken()));
    ByteBuffer second = block(engine, 34);
    engine.readKv(2, 0, 30, first);
    engine.readKv(2, 30, 34, second);
    engine.writeKv(9, 0, 30, first.flip());
    engine.writeKv(9, 30, 34, second.flip());
    driver.truncate(9, 64);
    assertThat(driver.append(9, Arrays.copyOfRange(prompt, 64, 80))).isEqualTo(whole);
  }

  /** The grid is the engine's: how a prompt is handed over in whole cells makes no difference. */
  @Test
  void cutsPromptsOnItsGrid() {
    RandomGenerator random = new SplittableRandom(6);
    int[] prompt = EngineDriver.tokens(random, 97, 8192);
    EngineDriver driver = new EngineDriver(engine);
    float[] whole = driver.append(3, prompt);
    driver.truncate(3, 0);
    driver.append(3, Arrays.copyOfRange(prompt, 0, 64));
    assertThat(driver.append(3, Arrays.copyOfRange(prompt, 64, 97))).isEqualTo(whole);
    assertThat(engine.shape().prefillChunk()).isEqualTo(64);
  }

  /** A slot's old content must not show through when it is used from the start again. */
  @Test
  void firstPromptIgnoresWhatTheSlotHeld() {
    RandomGenerator random = new SplittableRandom(8);
    int[] prompt = EngineDriver.tokens(random, 1, 8192);
    EngineDriver driver = new EngineDriver(engine);
    float[] fresh = driver.append(4, prompt);
    driver.append(4, EngineDriver.tokens(random, 80, 8192));
    driver.truncate(4, 0);
    assertThat(driver.append(4, prompt)).isEqualTo(fresh);
  }

  /** Attention takes a run for a first prompt, and ignores the slot, by the lengths it is told. */
  @Test
  void laterCellsSeeTheFirst() {
    RandomGenerator random = new SplittableRandom(9);
    int[] prompt = EngineDriver.tokens(random, LENGTH, 8192);
    EngineDriver driver = new EngineDriver(engine);
    float[] original = driver.append(5, prompt);
    prompt[0] = (prompt[0] + 1) % 8192;
    driver.truncate(5, 0);
    assertThat(driver.append(5, prompt)).isNotEqualTo(original);
  }

  @Test
  void computesOnlyTheLogitsThatAreWanted() {
    RandomGenerator random = new SplittableRandom(10);
    EngineDriver driver = new EngineDriver(engine);
    StepResult result =
        driver
            .step()
            .row(0, LogitsMode.NONE, EngineDriver.tokens(random, 9, 8192))
            .row(2, LogitsMode.CANDIDATES, 5)
            .row(1, LogitsMode.NONE, 6)
            .row(6, LogitsMode.FULL, EngineDriver.tokens(random, 65, 8192))
            .run();
    assertThat(result.candidates(0)).isZero();
    assertThat(result.candidates(1)).isEqualTo(64);
    assertThat(result.candidates(2)).isZero();
    float[] logits = new float[8192];
    result.logits(3, logits);
    assertThat(result.candidateLogit(3, 0)).isEqualTo(logits[result.candidateId(3, 0)]);
    assertThatThrownBy(() -> result.logits(1, logits)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void refusesPlansThatWouldHarmIt() {
    StepPlanBuilder plan = new StepPlanBuilder(engine.shape());
    plan.clear();
    assertRefused(plan, "plan.rows: 0 (expected: >= 1)");
    plan.row(0, 0, LogitsMode.NONE);
    assertRefused(plan, "plan.queryLength: 0 (expected: >= 1)");
    plan.token(8192);
    assertRefused(plan, "plan.token: 8192 (expected: 0 to 8191)");
    plan.clear();
    plan.row(0, LENGTH, LogitsMode.NONE);
    plan.token(1);
    assertRefused(plan, "plan row's end: 101 (expected: <= 100)");
    plan.clear();
    plan.row(0, -1, LogitsMode.NONE);
    plan.token(1);
    assertRefused(plan, "plan.slotLength: -1 (expected: 0 to 100)");
    plan.clear();
    plan.slotLength(3, LENGTH + 1);
    plan.row(0, 0, LogitsMode.NONE);
    plan.token(1);
    assertRefused(plan, "plan.slotLength: 101 (expected: 0 to 100)");
    plan.clear();
    for (int i = 0; i < 2; i++) {
      plan.row(4, 0, LogitsMode.NONE);
      plan.token(1);
    }
    assertRefused(plan, "plan.slot: 4 (expected: one row a slot)");
  }

  private void assertRefused(StepPlanBuilder plan, String message) {
    assertThatThrownBy(() -> engine.execute(plan.plan()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void refusesRangesOutsideASlot() {
    ByteBuffer block = block(engine, 2);
    assertThatThrownBy(() -> engine.copyKv(0, SLOTS, 1)).hasMessageStartingWith("toSlot: 12");
    assertThatThrownBy(() -> engine.copyKv(0, 1, LENGTH + 1)).hasMessageStartingWith("tokens: 101");
    assertThatThrownBy(() -> engine.readKv(0, 99, 2, block)).hasMessageStartingWith("tokens: 2");
    assertThatThrownBy(() -> engine.writeKv(0, -1, 2, block))
        .hasMessageStartingWith("fromToken: -1");
    assertThatThrownBy(() -> engine.readKv(0, 0, 3, block)).hasMessageStartingWith("block: ");
  }

  @Test
  void endsOnceAndStaysEnded() {
    Engine ended = Engines.open(Engines.shippedModel(), "f32", 1, 8, 1).engine();
    ended.close();
    ended.close();
    StepPlanBuilder plan = new StepPlanBuilder(ended.shape());
    assertThatThrownBy(() -> ended.execute(plan.plan())).isInstanceOf(EngineFault.Fatal.class);
    assertThatThrownBy(() -> ended.copyKv(0, 0, 1)).isInstanceOf(EngineFault.Fatal.class);
    assertThatThrownBy(() -> ended.readKv(0, 0, 0, ByteBuffer.allocate(0)))
        .isInstanceOf(EngineFault.Fatal.class);
    assertThatThrownBy(() -> ended.writeKv(0, 0, 0, ByteBuffer.allocate(0)))
        .isInstanceOf(EngineFault.Fatal.class);
  }
}
