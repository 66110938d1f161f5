package kz.qaqpa.engine.trt.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.SplittableRandom;
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

/** When the blocks of a reading are filled, and what becomes of them when a call fails. */
class LateBlocksTest {
  private static final int LENGTH = 100;

  @TempDir private static Path folder;

  private FakeDevice device;
  private TrtEngine engine;
  private EngineDriver driver;

  @BeforeEach
  void open() throws IOException {
    Path model = FakeEngines.tiny(folder);
    LlamaConfig config = LlamaConfig.read(model);
    Sizing sizing = FakeEngines.sizing(config, Precision.F32, 6, LENGTH);
    device = FakeEngines.device(config, sizing, 1);
    engine = FakeEngines.open(model, device, sizing);
    driver = new EngineDriver(engine);
    driver.append(2, EngineDriver.tokens(new SplittableRandom(5), 40, config.vocabulary()));
  }

  /** The fake throws if anything is left, or closed twice. */
  @AfterEach
  void close() {
    engine.close();
    assertThat(device.open()).isEmpty();
  }

  private ByteBuffer block(int tokens) {
    return ByteBuffer.allocate((int) (tokens * engine.kvBytesPerToken()))
        .order(ByteOrder.nativeOrder());
  }

  /** All of a slot; a block that is handed back is filled. */
  private byte[] read(int slot) {
    ByteBuffer block = block(LENGTH);
    engine.readKv(slot, 0, LENGTH, block);
    engine.writeKv(slot, 0, LENGTH, block.flip());
    return block.array();
  }

  /** Queued first, then filled, then waited for: the GPU computes meanwhile. */
  @Test
  void blocksAreFilledBesideAStep() {
    byte[] content = read(2);
    ByteBuffer block = block(LENGTH);
    engine.readKv(2, 0, LENGTH, block);
    assertThat(block.array()).containsOnly(0);
    int launched = device.calls("cudaGraphLaunch");
    device.failAt("cudaStreamSynchronize", 1, true);
    driver.step().row(0, LogitsMode.NONE, 1);
    assertThatThrownBy(driver::run)
        .isInstanceOf(EngineFault.Fatal.class)
        .hasMessage("cudaStreamSynchronize: cudaErrorFake (999)");
    assertThat(device.calls("cudaGraphLaunch")).isEqualTo(launched + 1);
    assertThat(block.array()).isEqualTo(content);
  }

  @Test
  void aBlockThatCannotBeFilledBreaksTheEngine() {
    engine.readKv(2, 0, 40, block(40));
    int launched = device.calls("cudaGraphLaunch");
    device.failAt("cudaEventSynchronize", 1, false);
    driver.step().row(0, LogitsMode.NONE, 1);
    assertThatThrownBy(driver::run)
        .isInstanceOf(EngineFault.Fatal.class)
        .hasMessage("readKv: cudaEventSynchronize: cudaErrorFake (999)");
    assertThat(device.calls("cudaGraphLaunch")).isEqualTo(launched + 1);
  }

  /** What was promised is kept although the step after it is refused. */
  @Test
  void aRefusedStepFillsBlocksToo() {
    byte[] content = read(2);
    ByteBuffer block = block(LENGTH);
    engine.readKv(2, 0, LENGTH, block);
    device.failAt("cudaGraphLaunch", 1, false);
    driver.step().row(0, LogitsMode.NONE, 1);
    assertThatThrownBy(driver::run).isInstanceOf(EngineFault.Transient.class);
    assertThat(block.array()).isEqualTo(content);
  }

  /** It was queued, but not what would let others wait for it. */
  @Test
  void aRefusedCopyDoesNotComeLater() {
    for (int i = 0; i < 20; i++) {
      device.failAt("cudaEventRecord", 1, false);
      assertThatThrownBy(() -> engine.copyKv(2, 5, 40)).isInstanceOf(EngineFault.Transient.class);
      byte[] written = new byte[block(LENGTH).capacity()];
      new SplittableRandom(i).nextBytes(written);
      engine.writeKv(5, 0, LENGTH, ByteBuffer.wrap(written));
      driver.truncate(3, 0);
      driver.append(3, 1);
      assertThat(read(5)).isEqualTo(written);
    }
  }
}
