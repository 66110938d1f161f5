package kz.qaqpa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TokenizeCommandTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void thereAndBack() throws IOException {
    String text = "Қазақстан  2026!\n\n<|eot_id|>сөз\r\n";
    assertThat(run(text.getBytes(StandardCharsets.UTF_8))).isZero();
    String ids = out.toString(StandardCharsets.UTF_8);
    assertThat(ids).matches("(?:[0-9 ]*\n){3}").contains("8190");
    out.reset();
    assertThat(run(ids.getBytes(StandardCharsets.UTF_8), "--decode")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(text);
  }

  @Test
  void malformedInput_namesTheLine() throws IOException {
    assertThat(run(new byte[] {'a', '\n', (byte) 0xD2, '\n'})).isEqualTo(2);
    assertThat(error()).startsWith("line 2: malformed UTF-8");
    assertThat(run("1 2\n3 x\n".getBytes(StandardCharsets.UTF_8), "--decode")).isEqualTo(2);
    assertThat(error()).isEqualTo("line 2: token id: x (expected: an integer)\n");
    assertThat(run("99999".getBytes(StandardCharsets.UTF_8), "--decode")).isEqualTo(2);
    assertThat(error())
        .isEqualTo("line 1: token id: 99999 (expected: an id of the vocabulary, 0 to 8191)\n");
  }

  @Test
  void badArguments() throws IOException {
    assertThat(run(new byte[0], "--what")).isEqualTo(2);
    assertThat(error()).startsWith("--what: unknown argument; usage:");
    assertThat(run(new byte[0], "--tokenizer")).isEqualTo(2);
    assertThat(error()).startsWith("--tokenizer: missing");
    assertThat(run(new byte[0], "--tokenizer", "/nowhere")).isEqualTo(2);
    assertThat(error()).isEqualTo("/nowhere/tokenizer.json: does not exist\n");
  }

  private int run(byte[] in, String... args) throws IOException {
    return TokenizeCommand.run(
        List.of(args),
        new ByteArrayInputStream(in),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private String error() {
    String text = err.toString(StandardCharsets.UTF_8);
    err.reset();
    return text;
  }
}
