package kz.qaqpa.cli.label;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import kz.qaqpa.fixture.MarkedText;
import kz.qaqpa.watermark.WatermarkKeys;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DetectCommandTest {
  private static final byte[] OLD = {1, 2, 3, 4, 5, 6, 7, 8};
  private static final byte[] NEW = {8, 7, 6, 5, 4, 3, 2, 1};

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir private Path folder;

  @BeforeEach
  void keys() throws IOException {
    key("2026.key", HexFormat.of().formatHex(OLD) + "\n");
    key("2027.key", HexFormat.of().formatHex(NEW));
  }

  private Path key(String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return file;
  }

  @Test
  void aTextOfOneKey_fromAFileOrStandardInput() throws IOException {
    WatermarkKeys old = WatermarkKeys.of(OLD);
    String text = MarkedText.of(old, 200, new SplittableRandom(1));
    assertThat(run(text, "--keys", folder.toString())).isZero();
    String said = said();
    assertThat(said)
        .startsWith("probably ours: that is about the text, not about who published it\nkey ")
        .containsPattern(
            "\nkey "
                + old.id()
                + " \\(2026.key\\): 1[5-9][0-9] tokens scored, p <= 1e-[1-9][0-9]+,"
                + " probably ours\n")
        .containsPattern("\nkey [0-9a-f]{8} \\(2027.key\\): .*, p <= 1e[-0-9]+, no evidence\n");
    Path file = Files.writeString(folder.resolve("answer.txt"), "\uFEFF" + text);
    assertThat(run("", "--keys", folder.toString(), "--text", file.toString())).isZero();
    assertThat(said()).isEqualTo(said);
    assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("passed over: answer.txt\n");
  }

  @Test
  void anotherTextIsNoEvidence() {
    String text = MarkedText.of(WatermarkKeys.of(new byte[8]), 200, new SplittableRandom(2));
    assertThat(run(text, "--keys", folder.toString())).isEqualTo(1);
    assertThat(said()).startsWith("no evidence: that does not mean that a person wrote it\n");
    assertThat(run("", "--keys", folder.toString())).isEqualTo(1);
    assertThat(said()).contains("0 tokens scored, p <= 1e0, no evidence\n");
  }

  @Test
  void theTokenizerOfAnotherModelMayBeNamed() {
    String model =
        Path.of(System.getProperty("qaqpa.root"), "config", "models", "kaz-mini").toString();
    String text = MarkedText.of(WatermarkKeys.of(NEW), 200, new SplittableRandom(3));
    assertThat(run(text, "--keys", folder.toString(), "--tokenizer", model)).isZero();
  }

  @Test
  void misuse() throws IOException {
    misused("--keys: absent (expected: a folder with watermark keys)");
    misused("--keys: /nowhere: no such folder", "--keys", "/nowhere");
    misused("--keys: /etc/hostname: no such folder", "--keys", "/etc/hostname");
    misused("--text: /nowhere: no such file", "--keys", folder.toString(), "--text", "/nowhere");
    misused("--what: unknown", "--what");
    misused("/nowhere", "--keys", folder.toString(), "--tokenizer", "/nowhere");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    misused(
        "--keys: " + empty + ": no key in it (expected: files of 16 hexadecimal digits)",
        "--keys",
        empty.toString());
    Path open = key("open.key", "0123456789abcdef");
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r-----"));
    misused(
        "--keys: " + open + ": open to other users (expected: mode 0600", "--keys", folder + "");
    assertThat(err.toString(StandardCharsets.UTF_8)).doesNotContain("0123456789abcdef");
    assertThat(run("", "--help")).isZero();
    assertThat(said()).startsWith("usage: ./qaqpa label detect --keys DIR");
  }

  private void misused(String message, String... args) {
    err.reset();
    assertThat(run("", args)).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains(message).contains("usage:");
  }

  private int run(String in, String... args) {
    return LabelCommand.run(
        Stream.concat(Stream.of("detect"), Stream.of(args)).toList(),
        new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private String said() {
    String text = out.toString(StandardCharsets.UTF_8);
    out.reset();
    return text;
  }
}
