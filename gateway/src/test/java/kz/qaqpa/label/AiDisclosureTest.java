package kz.qaqpa.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class AiDisclosureTest {
  private static final Instant DATE = Instant.ofEpochSecond(1_790_000_000);

  @Test
  void value_isAnRfc9651Dictionary() {
    assertThat(new AiDisclosure("kazllm-1.0-8b").value("maidd", DATE))
        .isEqualTo(
            "mode=machine-generated, model=\"kazllm-1.0-8b\", provider=\"maidd\","
                + " date=@1790000000");
  }

  @Test
  void strings_areEscaped_andAsciiOnly() {
    assertThat(new AiDisclosure("a\"b\\c").value("x", DATE)).contains("model=\"a\\\"b\\\\c\"");
    assertThatThrownBy(() -> new AiDisclosure("қаз"))
        .hasMessage("model: character 0 is not printable ASCII (expected: an ASCII id)");
    assertThatThrownBy(() -> new AiDisclosure("a").value("a\r\nSet-Cookie: x", DATE))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
