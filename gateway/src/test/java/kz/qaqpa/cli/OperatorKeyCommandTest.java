package kz.qaqpa.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import kz.qaqpa.admin.operator.OperatorKey;
import org.junit.jupiter.api.Test;

class OperatorKeyCommandTest {

  @Test
  void theKeyGoesOut_itsHashGoesToTheFile() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    OperatorKeyCommand.make("duty", stream(out), stream(err));
    String key = out.toString(StandardCharsets.UTF_8).strip();
    assertThat(key).matches("qpa_[A-Za-z0-9_-]{43}");
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("for operator duty in operators.yaml:", "- sha256: " + OperatorKey.hash(key))
        .doesNotContain(key);
  }

  @Test
  void anIdThatCannotBeOne_isRefused() {
    assertThatThrownBy(() ->
            OperatorKeyCommand.make(
                "Кезекші",
                stream(new ByteArrayOutputStream()),
                stream(new ByteArrayOutputStream())))
        .hasMessageContaining("(expected: 1 to 64 of a-z, 0-9, dot, underscore, hyphen)");
  }

  private static PrintStream stream(ByteArrayOutputStream into) {
    return new PrintStream(into, true, StandardCharsets.UTF_8);
  }
}
