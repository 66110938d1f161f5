package kz.qaqpa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Commands about engines, as Main gives them on. */
class EngineCommandTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void listsEnginesThePreferredFirst() {
    assertThat(run("list")).isZero();
    assertThat(text(out).lines())
        .hasSize(3)
        .satisfiesExactly(
            line -> assertThat(line).startsWith("trt: "),
            line -> assertThat(line).startsWith("cpu: ONNX Runtime on the CPU"),
            line -> assertThat(line).startsWith("synthetic: answers by a seed"));
  }

  @Test
  void whatIsNotThereIsNamed() {
    assertThat(run()).isEqualTo(2);
    assertThat(text(err)).startsWith("usage: ./qaqpa engine list");
    err.reset();
    assertThat(run("install", "tpu")).isEqualTo(2);
    assertThat(text(err).strip()).isEqualTo("engine install tpu: no engine of this build has it");
  }

  @Test
  void anEnginesOwnCommandGetsItsArguments() {
    assertThat(tool("compile", "--max-batch", "0")).isEqualTo(2);
    assertThat(text(err)).startsWith("compile: --max-batch: 0 (expected: 1 to 1024)");
    err.reset();
    assertThat(tool("compile", "--model", "nowhere", "--config", "no such folder")).isEqualTo(1);
    assertThat(text(err)).startsWith("compile: ").contains("no such folder");
  }

  private int run(String... arguments) {
    return EngineCommand.run(List.of(arguments), Map.of(), stream(out), stream(err));
  }

  private int tool(String name, String... arguments) {
    return EngineCommand.tool(name, List.of(arguments), Map.of(), stream(out), stream(err));
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
