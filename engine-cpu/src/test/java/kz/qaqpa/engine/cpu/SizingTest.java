package kz.qaqpa.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.cpu.graph.Precision;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.engine.model.RopeScaling;
import kz.qaqpa.testing.RandomCheckpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SizingTest {
  private static final long GIB = 1L << 30;

  private final LlamaConfig shipped = LlamaConfig.read(Engines.shippedModel());

  private static EngineSettings settings(String precision, int slots, int slotLength) {
    return new EngineSettings(precision, slots, slotLength, 0, Path.of("unused"));
  }

  private static Machine machine(long memory) {
    return new Machine(4, memory, "test");
  }

  @Test
  void choosesFromTheMachine() {
    Sizing sizing = Sizing.of(settings("auto", 0, 0), shipped, machine(16 * GIB));
    assertThat(sizing.precision()).isEqualTo(Precision.F32);
    assertThat(sizing.slots()).isEqualTo(32);
    assertThat(sizing.slotLength()).isEqualTo(2048);
    assertThat(sizing)
        .hasToString(
            "f32, "
                + sizing.threads()
                + " threads, 32 slots of 2048"
                + " tokens, KV cache up to 385 MiB");
  }

  @Test
  void takesHalfOfASmallMachine() {
    Sizing sizing = Sizing.of(settings("f32", 0, 0), shipped, machine(GIB / 4));
    assertThat(sizing.slots()).isEqualTo(10);
    assertThat(sizing.kvBytes()).isLessThanOrEqualTo(GIB / 8);
  }

  @Test
  void shortensSlotsBeforeItRefuses() {
    Sizing sizing = Sizing.of(settings("f32", 0, 0), shipped, machine(16 << 20));
    assertThat(sizing.slotLength()).isEqualTo(512);
    assertThat(sizing.slots()).isEqualTo(2);
  }

  @Test
  void capsLongContexts(@TempDir Path folder) throws Exception {
    Path model =
        RandomCheckpoint.tiny().rope(131_072, 500_000, new RopeScaling.None()).write(folder, 1);
    Sizing sizing = Sizing.of(settings("f32", 0, 0), LlamaConfig.read(model), machine(16 * GIB));
    assertThat(sizing.slotLength()).isEqualTo(8192);
    Sizing asked =
        Sizing.of(settings("f32", 1, 131_072), LlamaConfig.read(model), machine(16 * GIB));
    assertThat(asked.slotLength()).isEqualTo(131_072);
  }

  @Test
  void refusesWhatCannotBe() {
    assertThatThrownBy(() -> Sizing.of(settings("f32", 0, 4096), shipped, machine(GIB)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("engine.slotLength: 4096 (expected: at most the model's context length, 2048)");
    assertThatThrownBy(() -> Sizing.of(settings("f32", 4096, 0), shipped, machine(1024 * GIB)))
        .hasMessage(
            "engine.slots: 4096 (expected: at most 2047 of 2048 tokens, by 2 GiB in a layer)");
    assertThatThrownBy(() -> Sizing.of(settings("int4", 100, 0), shipped, machine(GIB)))
        .hasMessage(
            "engine.slots: 100 (expected: at most 84 of 2048 tokens, by the machine's memory)");
    assertThatThrownBy(() -> Sizing.of(settings("f32", 0, 2048), shipped, machine(1 << 20)))
        .hasMessageContaining(
            "engine.slotLength: 2048 (expected: less, one slot would take 13 MiB");
  }

  @Test
  void saysWhereBlocksDoNotFit(@TempDir Path folder) throws Exception {
    assertThat(Sizing.of(settings("int8-fast", 0, 0), shipped, machine(GIB)))
        .asString()
        .startsWith("int8-fast (block 128, 64 in rows of 704), ");
    assertThat(Sizing.of(settings("int8", 0, 0), shipped, machine(GIB)))
        .asString()
        .startsWith("int8 (block 64), ");
    Path model = RandomCheckpoint.tiny().size(1, 64, 100).heads(4, 2, 16).write(folder, 1);
    assertThatThrownBy(
            () -> Sizing.of(settings("int4", 0, 0), LlamaConfig.read(model), machine(GIB)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("engine.precision: int4 (expected: f32, since rows of ")
        .hasMessageEndingWith("have 100 weights, not a multiple of 32)");
  }

  @Test
  void floatsBelowAHundredMillionParameters() {
    assertThat(Precision.of("auto", 99_999_999)).isEqualTo(Precision.F32);
    assertThat(Precision.of("auto", 100_000_000)).isEqualTo(Precision.INT8);
    assertThatThrownBy(() -> Precision.of("fp8", 1)).hasMessageContaining("engine.precision: fp8");
  }
}
