package kz.qaqpa.engine.trt.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.StepPlanBuilder;
import kz.qaqpa.engine.StepResult;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.engine.trt.device.FakeDevice;
import kz.qaqpa.engine.trt.graph.Precision;
import kz.qaqpa.engine.trt.memory.Sizing;
import kz.qaqpa.engine.trt.step.Buckets;
import kz.qaqpa.testing.Company;
import kz.qaqpa.testing.EngineDriver;
import kz.qaqpa.testing.ReferenceForward;
import kz.qaqpa.testing.Seeds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract of an engine, on a fake device whose kernels interpret the graph. */
class TrtEngineTest {
  private static final int SLOTS = 11;
  private static final int LENGTH = 100;

  @TempDir private static Path folder;

  private Path model;
  private LlamaConfig config;
  private FakeDevice device;
  private TrtEngine engine;
  private EngineDriver driver;

  @BeforeEach
  void open() throws IOException {
    model = FakeEngines.tiny(folder);
    config = LlamaConfig.read(model);
    open(Precision.F32, 1);
  }

  private void open(Precision precision, long seed) {
    Sizing sizing = FakeEngines.sizing(config, precision, SLOTS, LENGTH);
    device = FakeEngines.device(config, sizing, seed);
    engine = FakeEngines.open(model, device, sizing);
    driver = new EngineDriver(engine);
  }

  /** The fake throws if anything is left, or closed twice. */
  @AfterEach
  void close() {
    engine.close();
    engine.close();
    assertThat(device.open()).isEmpty();
  }

  private int[] tokens(RandomGenerator random, int count) {
    return EngineDriver.tokens(random, count, config.vocabulary());
  }

  @Test
  void computesWhatTheReferenceComputes() {
    int[] prompt = tokens(new SplittableRandom(1), 70);
    driver.append(3, Arrays.copyOf(prompt, 40));
    driver.append(3, Arrays.copyOfRange(prompt, 40, 69));
    float[] logits = driver.append(3, prompt[69]);
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      ReferenceForward reference =
          new ReferenceForward(config, name -> checkpoint.tensor(name).toFloats());
      double[] expected = reference.logits(prompt)[prompt.length - 1];
      for (int i = 0; i < logits.length; i++) {
        assertThat((double) logits[i]).isCloseTo(expected[i], within(1e-4));
      }
    }
  }

  /** Rows beside others, holes between them, in bf16: bit for bit what they give alone. */
  @Test
  void companyChangesNothing() {
    close();
    Seeds.forRandom(
        2,
        random -> {
          open(Precision.BF16, random.nextLong());
          new Company(engine, random, 6).checkAgainstAlone();
          engine.close();
        });
  }

  @Test
  void touchesNothingButItsRowsAndOneSparePosition() {
    RandomGenerator random = new SplittableRandom(3);
    float[][] before = new float[SLOTS][];
    for (int slot = 0; slot < SLOTS; slot++) {
      before[slot] = poison(slot);
    }
    int[] lengths = {0, 1, 63, LENGTH, 64, LENGTH - 1, 5, 99, LENGTH, 17, 30};
    System.arraycopy(lengths, 0, driver.length, 0, SLOTS);
    int[] rows = {1, 0, 37, 0, 1, 1, 1, 1, 0, 0, 70};
    driver.step();
    for (int slot : new int[] {10, 0, 4, 2, 5, 7, 6}) {
      driver.row(slot, LogitsMode.CANDIDATES, tokens(random, rows[slot]));
    }
    driver.run();
    for (int slot = 0; slot < SLOTS; slot++) {
      checkUntouched(slot, before[slot], lengths[slot], rows[slot]);
    }
  }

  @Test
  void aCapturedStepTouchesNothingElseEither() {
    float[][] before = new float[SLOTS][];
    for (int slot = 0; slot < SLOTS; slot++) {
      before[slot] = poison(slot);
    }
    int[] lengths = {0, 1, 63, LENGTH, 64, LENGTH - 1, 5, 99, LENGTH, 17, 30};
    System.arraycopy(lengths, 0, driver.length, 0, SLOTS);
    int launches = device.calls("cudaGraphLaunch");
    driver
        .step()
        .row(7, LogitsMode.NONE, 1)
        .row(2, LogitsMode.CANDIDATES, 2)
        .row(0, LogitsMode.FULL, 3)
        .run();
    assertThat(device.calls("cudaGraphLaunch")).isEqualTo(launches + 1);
    int[] rows = {1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0};
    for (int slot = 0; slot < SLOTS; slot++) {
      checkUntouched(slot, before[slot], lengths[slot], rows[slot]);
    }
  }

  private float[] poison(int slot) {
    ByteBuffer block = block(LENGTH);
    for (int i = 0; i < block.capacity(); i += Float.BYTES) {
      block.putFloat(i, (slot + (i & 0xFFFF) / 65536f) / 16);
    }
    engine.writeKv(slot, 0, LENGTH, block);
    return read(slot);
  }

  private void checkUntouched(int slot, float[] before, int length, int appended) {
    float[] after = read(slot);
    for (int i = 0; i < after.length; i++) {
      int token = i / config.headDim() % LENGTH;
      boolean mayChange = token >= length && token < length + Math.max(1, appended);
      if (!mayChange && after[i] != before[i]) {
        throw new AssertionError("slot " + slot + ", token " + token + " changed");
      }
    }
    if (appended > 0) {
      assertThat(after).isNotEqualTo(before);
    }
  }

  private ByteBuffer block(int tokens) {
    return ByteBuffer.allocate((int) (tokens * engine.kvBytesPerToken()))
        .order(java.nio.ByteOrder.nativeOrder());
  }

  private float[] read(int slot) {
    ByteBuffer block = block(LENGTH);
    engine.readKv(slot, 0, LENGTH, block);
    assertThat(block.hasRemaining()).isFalse();
    engine.writeKv(slot, 0, LENGTH, block.flip()); // Handed back, it is filled.
    float[] values = new float[block.capacity() / Float.BYTES];
    block.flip().order(java.nio.ByteOrder.nativeOrder()).asFloatBuffer().get(values);
    return values;
  }

  @Test
  void continuesFromACopiedPrefix() {
    int[] prompt = tokens(new SplittableRandom(4), 90);
    float[] whole = driver.append(1, prompt);
    int copies = device.calls("cudaMemcpy3DAsync");
    engine.copyKv(1, 7, 64);
    engine.copyKv(7, 9, 64); // What was just queued is read by the next.
    engine.copyKv(9, 9, 64);
    assertThat(device.calls("cudaMemcpy3DAsync")).isEqualTo(copies + 2);
    driver.length[9] = 64;
    assertThat(driver.append(9, Arrays.copyOfRange(prompt, 64, 90))).isEqualTo(whole);
  }

  /** On devices whose streams get on in every order. */
  @Test
  void continuesFromHostBlocksWhateverOvertakesWhat() {
    close();
    Seeds.forRandom(
        3,
        random -> {
          open(Precision.F32, random.nextLong());
          int[] prompt = tokens(random, 80);
          float[] whole = driver.append(2, prompt);
          ByteBuffer first = ByteBuffer.allocateDirect((int) (30 * engine.kvBytesPerToken()));
          ByteBuffer second = block(34);
          engine.readKv(2, 0, 30, first);
          engine.copyKv(2, 5, 64);
          engine.readKv(5, 30, 34, second);
          // Slots that are being copied from are written over; others' steps run meanwhile.
          engine.writeKv(5, 0, 30, first.flip().duplicate());
          engine.writeKv(9, 0, 30, first);
          engine.writeKv(9, 30, 34, second.flip());
          driver.step().row(1, LogitsMode.CANDIDATES, prompt[0]).run();
          engine.copyKv(9, 3, 64);
          driver.length[3] = 64;
          assertThat(driver.append(3, Arrays.copyOfRange(prompt, 64, 80))).isEqualTo(whole);
          driver.length[9] = 64;
          assertThat(driver.append(9, Arrays.copyOfRange(prompt, 64, 80))).isEqualTo(whole);
          engine.close();
        });
  }

  @Test
  void aSlotsOldContentDoesNotShowThrough() {
    RandomGenerator random = new SplittableRandom(8);
    int[] prompt = tokens(random, 1);
    float[] fresh = driver.append(4, prompt);
    driver.append(4, tokens(random, 80));
    driver.length[4] = 0;
    assertThat(driver.append(4, prompt)).isEqualTo(fresh);
  }

  @Test
  void givesTheCandidatesInTheirOrder_andAllLogitsOnlyWhereAsked() {
    RandomGenerator random = new SplittableRandom(10);
    int copies = device.calls("cudaMemcpyAsync");
    StepResult result =
        driver
            .step()
            .row(0, LogitsMode.NONE, tokens(random, 9))
            .row(2, LogitsMode.CANDIDATES, 5)
            .row(1, LogitsMode.NONE, 6)
            .row(6, LogitsMode.FULL, tokens(random, 65))
            .run();
    // Inputs, candidates, and one row of logits.
    assertThat(device.calls("cudaMemcpyAsync")).isEqualTo(copies + 3);
    assertThat(result.candidates(0)).isZero();
    assertThat(result.logSumExp(0)).isNaN();
    assertThat(result.candidates(1)).isEqualTo(64);
    assertThat(result.candidates(2)).isZero();
    float[] logits = new float[config.vocabulary()];
    result.logits(3, logits);
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit);
    }
    assertThat((double) result.logSumExp(3)).isCloseTo(Math.log(sum), within(1e-5));
    float[] sorted = logits.clone();
    Arrays.sort(sorted);
    for (int rank = 0; rank < 64; rank++) {
      assertThat(result.candidateLogit(3, rank)).isEqualTo(sorted[sorted.length - 1 - rank]);
      assertThat(logits[result.candidateId(3, rank)]).isEqualTo(result.candidateLogit(3, rank));
    }
    assertThatThrownBy(() -> result.logits(1, logits)).isInstanceOf(IllegalStateException.class);
  }

  /** Which steps are captured ones, by what is launched. */
  @Test
  void decodesInBucketsFromTheFirstSlotOn() {
    assertThat(new Buckets(11).sizes()).containsExactly(1, 2, 4, 8, 11);
    assertThat(new Buckets(128).sizes()).containsExactly(1, 2, 4, 8, 16, 32, 48, 64, 96, 128);
    assertThat(new Buckets(1).sizes()).containsExactly(1);
    int launched = device.calls("cudaGraphLaunch");
    driver.step().row(0, LogitsMode.NONE, 1).run();
    driver.step().row(7, LogitsMode.NONE, 1).run(); // Eight rows at most: captured all the same.
    driver.step().row(4, LogitsMode.NONE, 1).row(10, LogitsMode.NONE, 1).run();
    assertThat(device.calls("cudaGraphLaunch")).isEqualTo(launched + 3);
    driver.step().row(10, LogitsMode.NONE, 1).run(); // One of eleven: over its own range.
    driver.step().row(0, LogitsMode.NONE, 1, 2).run();
    assertThat(device.calls("cudaGraphLaunch")).isEqualTo(launched + 3);
  }

  @Test
  void aFailedCallIsAFault_andOthersSlotsAreAsTheyWere() {
    int[] prompt = tokens(new SplittableRandom(12), 20);
    driver.append(2, Arrays.copyOf(prompt, 19));
    int length = driver.length[5];
    device.failAt("enqueueV3", 1, false);
    driver.step().row(5, LogitsMode.NONE, 1, 2, 3);
    assertThatThrownBy(driver::run)
        .isInstanceOf(EngineFault.Transient.class)
        .hasMessage("enqueueV3: cudaErrorFake (999)");
    driver.length[5] = length;
    float[] logits = driver.append(2, prompt[19]);
    assertThat(logits).isEqualTo(driver.append(4, prompt));
    device.failAt("cudaStreamSynchronize", 1, true);
    driver.step().row(5, LogitsMode.NONE, 1);
    assertThatThrownBy(driver::run).isInstanceOf(EngineFault.Fatal.class);
    device.failAt("cudaMemcpy3DAsync", 1, false);
    assertThatThrownBy(() -> engine.copyKv(0, 1, 3)).isInstanceOf(EngineFault.Transient.class);
  }

  @Test
  void whateverFailsWhileOpeningNothingIsLeft() {
    for (String call :
        new String[] {
          "load",
          "allocate",
          "allocatePinned",
          "stream",
          "event",
          "context",
          "enqueueV3",
          "capture",
          "cudaStreamSynchronize",
          "cudaMemcpyAsync"
        }) {
      for (int n = 1; n <= 3; n++) {
        Sizing sizing = FakeEngines.sizing(config, Precision.F32, 3, 20);
        FakeDevice failing = FakeEngines.device(config, sizing, n);
        failing.failAt(call, n, false);
        try {
          FakeEngines.open(model, failing, sizing).close();
        } catch (EngineFault.Fatal e) {
          assertThat(e).hasMessage(call + ": cudaErrorFake (999)");
        }
        assertThat(failing.open()).isEmpty();
      }
    }
  }

  @Test
  void refusesPlansAndRangesThatWouldHarmIt() {
    StepPlanBuilder plan = new StepPlanBuilder(engine.shape());
    plan.clear();
    plan.row(0, LENGTH, LogitsMode.NONE);
    plan.token(1);
    assertThatThrownBy(() -> engine.execute(plan.plan()))
        .hasMessage("plan row's end: 101 (expected: <= 100)");
    ByteBuffer block = block(2);
    assertThatThrownBy(() -> engine.copyKv(0, SLOTS, 1)).hasMessageStartingWith("toSlot: 11");
    assertThatThrownBy(() -> engine.readKv(0, 99, 2, block)).hasMessageStartingWith("tokens: 2");
    assertThatThrownBy(() -> engine.writeKv(0, -1, 2, block))
        .hasMessageStartingWith("fromToken: -1");
    assertThatThrownBy(() -> engine.readKv(0, 0, 3, block)).hasMessageStartingWith("block: ");
  }

  @Test
  void saysHowFullItIs() {
    assertThat(engine.occupancy()).isZero();
    driver.append(0, tokens(new SplittableRandom(1), 55));
    driver.append(1, tokens(new SplittableRandom(1), 55));
    assertThat(engine.occupancy()).isEqualTo(0.1);
  }

  @Test
  void endsOnceAndStaysEnded() {
    engine.close();
    StepPlanBuilder plan = new StepPlanBuilder(engine.shape());
    assertThatThrownBy(() -> engine.execute(plan.plan())).isInstanceOf(EngineFault.Fatal.class);
    assertThatThrownBy(() -> engine.copyKv(0, 0, 1)).isInstanceOf(EngineFault.Fatal.class);
    assertThatThrownBy(() -> engine.readKv(0, 0, 0, ByteBuffer.allocate(0)))
        .isInstanceOf(EngineFault.Fatal.class);
    assertThatThrownBy(() -> engine.writeKv(0, 0, 0, ByteBuffer.allocate(0)))
        .isInstanceOf(EngineFault.Fatal.class);
  }
}
