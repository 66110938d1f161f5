package kz.qaqpa.engine.trt.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.engine.trt.device.FakeDevice;
import kz.qaqpa.engine.trt.graph.Precision;
import kz.qaqpa.engine.trt.memory.Sizing;
import kz.qaqpa.testing.EngineDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An engine that breaks for good and comes back empty; nobody is answered from what is lost. */
class RebuildingEngineTest {
  @TempDir private static Path folder;

  private final List<FakeDevice> devices = new ArrayList<>();
  private Path model;
  private LlamaConfig config;
  private RebuildingEngine engine;
  private EngineDriver driver;
  private long nanos;
  private int resets;
  private boolean deviceGone;

  @BeforeEach
  void open() throws IOException {
    model = FakeEngines.tiny(folder);
    config = LlamaConfig.read(model);
    engine = new RebuildingEngine(make(), this::reset, this::make, () -> nanos);
    driver = new EngineDriver(engine);
  }

  private void reset() {
    assertThat(devices.getLast().open()).isEmpty();
    resets++;
    if (deviceGone) {
      throw new EngineFault.Fatal("cudaDeviceReset: cudaErrorDevicesUnavailable (46)", null);
    }
  }

  private TrtEngine make() {
    Sizing sizing = FakeEngines.sizing(config, Precision.F32, 6, 90);
    FakeDevice device = FakeEngines.device(config, sizing, devices.size());
    devices.add(device);
    return FakeEngines.open(model, device, sizing);
  }

  @AfterEach
  void close() {
    engine.close();
    engine.close();
    assertThat(devices).allSatisfy(device -> assertThat(device.open()).isEmpty());
  }

  private void breakOnce() {
    devices.getLast().failAt("cudaStreamSynchronize", 1, true);
    driver.step().row(5, LogitsMode.NONE, 1);
    assertThatThrownBy(driver::run)
        .isInstanceOf(EngineFault.Transient.class)
        .hasMessageContaining("made anew, its slots are empty");
    driver.length[5] = 0;
  }

  @Test
  void isMadeAnewAndGoesOn() {
    int[] prompt = EngineDriver.tokens(new SplittableRandom(1), 70, config.vocabulary());
    float[] whole = driver.append(0, prompt);
    ByteBuffer block = ByteBuffer.allocate((int) (64 * engine.kvBytesPerToken()));
    engine.readKv(0, 0, 64, block);
    driver.append(1, prompt[0]); // Fills the block.
    breakOnce();
    assertThat(engine.rebuilds()).isEqualTo(1);
    assertThat(resets).isEqualTo(1);
    assertThat(devices).hasSize(2);
    // What slot 0 held is gone: its next step fails, and so does whoever copies or saves it.
    driver.length[0] = 70;
    driver.step().row(0, LogitsMode.CANDIDATES, 1);
    assertThatThrownBy(driver::run)
        .isInstanceOf(EngineFault.Transient.class)
        .hasMessage("slot 0: its content was lost when the engine was rebuilt");
    engine.copyKv(0, 2, 64);
    driver.length[2] = 64;
    driver.step().row(2, LogitsMode.CANDIDATES, 1);
    assertThatThrownBy(driver::run).isInstanceOf(EngineFault.Transient.class);
    assertThatThrownBy(() -> engine.readKv(0, 0, 64, block.duplicate().clear()))
        .isInstanceOf(EngineFault.Transient.class);
    // From the start, from a host block, and from a copy of a slot written anew, all is well.
    driver.length[0] = 0;
    assertThat(driver.append(0, prompt)).isEqualTo(whole);
    engine.copyKv(0, 3, 64);
    driver.length[3] = 64;
    assertThat(driver.append(3, Arrays.copyOfRange(prompt, 64, 70))).isEqualTo(whole);
    engine.writeKv(4, 0, 64, block.flip());
    driver.length[4] = 64;
    assertThat(driver.append(4, Arrays.copyOfRange(prompt, 64, 70))).isEqualTo(whole);
  }

  @Test
  void aHostBlockBehindLostContentIsNotEnough() {
    int[] prompt = EngineDriver.tokens(new SplittableRandom(2), 70, config.vocabulary());
    driver.append(1, prompt);
    ByteBuffer block = ByteBuffer.allocate((int) (32 * engine.kvBytesPerToken()));
    engine.readKv(1, 32, 32, block);
    driver.append(2, prompt[0]);
    breakOnce();
    engine.writeKv(1, 32, 32, block.flip());
    driver.length[1] = 64;
    driver.step().row(1, LogitsMode.CANDIDATES, 1);
    assertThatThrownBy(driver::run).isInstanceOf(EngineFault.Transient.class);
  }

  /** A block that nobody will fill lies where blocks are looked up: they are all forgotten. */
  @Test
  void isNotMadeAnewWhereABlockMayBeLost() {
    int[] prompt = EngineDriver.tokens(new SplittableRandom(3), 70, config.vocabulary());
    driver.append(0, prompt);
    ByteBuffer block = ByteBuffer.allocate((int) (64 * engine.kvBytesPerToken()));
    engine.readKv(0, 0, 64, block);
    devices.getLast().failAt("cudaEventSynchronize", 1, false);
    driver.step().row(5, LogitsMode.NONE, 1);
    assertThatThrownBy(driver::run)
        .isInstanceOf(EngineFault.Fatal.class)
        .hasMessage(
            "readKv: cudaEventSynchronize: cudaErrorFake (999);"
                + " host blocks that were being read are lost");
    // Whoever opens the next engine finds the device as after a start.
    assertThat(resets).isEqualTo(1);
    assertThat(devices).hasSize(1);
    assertThat(engine.rebuilds()).isZero();
    assertThatThrownBy(driver::run)
        .isInstanceOf(EngineFault.Fatal.class)
        .hasMessage("the engine is closed");
    assertThat(resets).isEqualTo(1);
  }

  @Test
  void isGivenUpWhenItBreaksAgainAndAgain() {
    for (int i = 0; i < 3; i++) {
      breakOnce();
    }
    nanos = TimeUnit.MINUTES.toNanos(61);
    breakOnce();
    nanos = TimeUnit.MINUTES.toNanos(62);
    breakOnce();
    breakOnce();
    assertThat(engine.rebuilds()).isEqualTo(6);
    devices.getLast().failAt("cudaStreamSynchronize", 1, true);
    driver.step().row(5, LogitsMode.NONE, 1);
    assertThatThrownBy(driver::run).isInstanceOf(EngineFault.Fatal.class);
  }

  @Test
  void isGivenUpWhenTheDeviceDoesNotComeBack() {
    deviceGone = true;
    devices.getLast().failAt("cudaStreamSynchronize", 1, true);
    driver.step().row(5, LogitsMode.NONE, 1);
    assertThatThrownBy(driver::run)
        .isInstanceOf(EngineFault.Fatal.class)
        .hasMessageContaining("cudaStreamSynchronize: cudaErrorFake (999)")
        .hasMessageContaining("could not be made anew: cudaDeviceReset");
  }

  @Test
  void aStepThatFailsAloneRebuildsNothing() {
    devices.getLast().failAt("cudaStreamSynchronize", 1, false);
    driver.step().row(5, LogitsMode.NONE, 1);
    assertThatThrownBy(driver::run)
        .isInstanceOf(EngineFault.Transient.class)
        .hasMessage("cudaStreamSynchronize: cudaErrorFake (999)");
    assertThat(engine.rebuilds()).isZero();
    assertThat(engine.current()).isInstanceOf(TrtEngine.class);
  }
}
