package kz.qaqpa.engine.trt.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.trt.device.Device;
import kz.qaqpa.engine.trt.fixture.Models;
import kz.qaqpa.engine.trt.graph.Precision;
import org.junit.jupiter.api.Test;

/** What is chosen from a GPU's memory, and how what does not fit is said. */
class SizingTest {
  private static final Device.Memory H200 = memory(139);

  private static Device.Memory memory(long gibibytes) {
    return new Device.Memory(gibibytes << 30, gibibytes << 30);
  }

  private static EngineSettings settings(String precision, int slots, int length) {
    return new EngineSettings(precision, slots, length, 0, Path.of("unused"));
  }

  private static Sizing of(EngineSettings settings, Device.Memory memory) {
    return Sizing.of(settings, Models.llama8b(), memory, Sizing.MOST_CHOSEN);
  }

  @Test
  void fillsWhatIsFree() {
    Sizing sizing = of(settings("auto", 0, 0), H200);
    assertThat(sizing.precision()).isEqualTo(Precision.BF16);
    assertThat(sizing.slotLength()).isEqualTo(8192);
    assertThat(sizing.capacity()).isEqualTo(8256);
    assertThat(sizing.slots()).isBetween(110, 128);
    assertThat(sizing.maxBatch()).isEqualTo(128);
    long total = sizing.budget().total(sizing.slots());
    long reserve = MemoryBudget.reserve(H200.totalBytes());
    assertThat(total + reserve).isLessThanOrEqualTo(H200.freeBytes());
    assertThat(total + reserve + sizing.budget().slot() * 2).isGreaterThan(H200.freeBytes());
    // Half the weights, more slots.
    assertThat(of(settings("fp8", 0, 0), H200).slots()).isGreaterThan(sizing.slots());
  }

  @Test
  void knowsTheWeightsToTheByte() {
    // 8,030,261,248 parameters in two bytes, norms in four, and the tables.
    long weights = of(settings("bf16", 0, 0), H200).budget().weights();
    assertThat(weights / 1e9).isBetween(16.06, 16.09);
    assertThat(of(settings("fp8", 0, 0), H200).budget().weights() / 1e9).isBetween(9.0, 9.2);
  }

  @Test
  void shortensSlotsWhereThereIsLittle() {
    Sizing small = of(settings("bf16", 0, 0), memory(24));
    assertThat(small.slots()).isGreaterThanOrEqualTo(4);
    assertThat(small.slotLength()).isIn(2048, 4096, 8192);
    assertThat(of(settings("bf16", 2, 0), memory(24)).slots()).isEqualTo(2);
  }

  @Test
  void saysTheSumWhereSomethingDoesNotFit() {
    assertThatThrownBy(() -> of(settings("bf16", 300, 8192), H200))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(
            "engine\\.slots: 300 \\(expected: at most \\d+, by the GPU's memory: 142336 MiB free -"
                + " 3871 reserve - \\d+ weights - \\d+ scratch - \\d+ buffers = \\d+ MiB; a slot is"
                + " 1032\\)");
    assertThatThrownBy(() -> of(settings("bf16", 0, 8192), memory(16)))
        .hasMessageStartingWith("engine.slotLength: 8192 (expected: less, or a smaller model, by");
    assertThatThrownBy(() -> of(settings("bf16", 0, 131_073), H200))
        .hasMessage(
            "engine.slotLength: 131073 (expected: at most the model's context length, 131072)");
    assertThatThrownBy(() -> of(settings("int8", 0, 0), H200))
        .hasMessage("engine.precision: int8 (expected: auto, bf16, fp8 or f32)");
  }

  /** A plan's own demand, which is known only once it is loaded. */
  @Test
  void looksAgainWhenAPlanIsLoaded() {
    Sizing sizing = of(settings("bf16", 100, 8192), H200);
    assertThat(sizing.withScratch(1 << 30, H200).budget().scratch()).isEqualTo(1 << 30);
    assertThatThrownBy(() -> sizing.withScratch(40L << 30, H200))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("engine.slots: 100 (expected: at most ")
        .hasMessageContaining("40960 scratch");
  }

  /** What is free differs a little from start to start; plans are for round numbers of rows. */
  @Test
  void aLittleMemoryMoreOrLessNeedsNoOtherPlan() {
    for (long mebibytes = 0; mebibytes < 8192; mebibytes += 700) {
      Device.Memory less = new Device.Memory(H200.freeBytes() - (mebibytes << 20), 139L << 30);
      assertThat(of(settings("bf16", 0, 0), less).maxBatch()).isEqualTo(128);
    }
  }
}
