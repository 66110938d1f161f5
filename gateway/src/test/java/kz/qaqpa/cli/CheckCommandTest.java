package kz.qaqpa.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CheckCommandTest {

  @Test
  void tellsWhatEachAgencyPaidOnTheShippedModel() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    CheckCommand.Options options = CheckCommand.Options.parse(List.of("--engine", "cpu"));

    boolean isolated =
        CheckCommand.check(
            options, Map.of("QAQPA_ENGINE_SLOTS", "2", "QAQPA_ENGINE_SLOT_LENGTH", "256"), out);

    assertThat(isolated).isTrue();
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .containsPattern("another agency's +0 cached, +193 computed")
        .containsPattern("its third, after all slots were reused +192 cached")
        .contains("isolated: others paid what the first request did");
  }

  @Test
  void unknownArgumentsAreNamed() {
    assertThatThrownBy(() -> CheckCommand.Options.parse(List.of("--what", "x")))
        .hasMessage("unknown argument: --what");
    assertThatThrownBy(() -> CheckCommand.Options.parse(List.of("--model")))
        .hasMessage("--model: unknown, or missing its value");
    assertThat(CheckCommand.run(List.of("--what", "x"))).isEqualTo(2);
    assertThat(CheckCommand.run(List.of("--help"))).isZero();
  }
}
