package kz.qaqpa.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import kz.qaqpa.cli.PerplexityCommand.Options;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.testing.ReferenceForward;
import kz.qaqpa.tokenizer.BpeTokenizer;
import kz.qaqpa.tokenizer.Tokenizer.SpecialTokens;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command as one types it, on the model that the project ships. */
class PerplexityCommandTest {
  private static final Path SHIPPED =
      Path.of(System.getProperty("qaqpa.root", "..")).resolve("config/models/kaz-mini");

  /** From the Universal Declaration of Human Rights, article 1. */
  private static final String TEXT =
      """
      Барлық адамдар тумысынан азат және қадір-қасиеті мен құқықтары тең болып дүниеге келеді.
      Адамдарға ақыл-парасат, ар-ождан берілген, сондықтан олар бір-бірімен туыстық, бауырмалдық \
      қарым-қатынас жасаулары тиіс.
      """;

  @TempDir Path folder;

  @Test
  void printsWhatTheReferenceGives() throws IOException {
    List<String> lines = measure("--precision", "f32", "--window", "20");
    int bytes = TEXT.getBytes(StandardCharsets.UTF_8).length;
    int[] tokens = BpeTokenizer.load(SHIPPED).encode(TEXT, SpecialTokens.AS_TEXT);
    assertThat(lines.get(0))
        .contains(bytes + " bytes in 1 text(s)")
        .endsWith("window(s) of at most 20 tokens");
    String[] row = lines.get(2).split("\\s+");
    assertThat(row[0]).isEqualTo("f32");
    assertThat(Integer.parseInt(row[1])).isEqualTo(tokens.length);
    double nats = referenceNats(List.of(tokens), 20);
    assertThat(Double.parseDouble(row[2])).isCloseTo(nats / Math.log(2) / bytes, within(2e-5));
    assertThat(Double.parseDouble(row[3])).isCloseTo(nats / tokens.length, within(2e-5));
  }

  @Test
  void linesAreTextsOfTheirOwn() throws IOException {
    List<String> lines = measure("--precision", "f32", "--lines");
    List<int[]> tokens =
        TEXT.lines()
            .map(line -> BpeTokenizer.load(SHIPPED).encode(line, SpecialTokens.AS_TEXT))
            .toList();
    int bytes = TEXT.getBytes(StandardCharsets.UTF_8).length - 2;
    assertThat(lines.get(0)).contains(bytes + " bytes in 2 text(s), 2 window(s)");
    double bits = referenceNats(tokens, 512) / Math.log(2) / bytes;
    assertThat(Double.parseDouble(lines.get(2).split("\\s+")[2])).isCloseTo(bits, within(2e-5));
  }

  @Test
  void aLimitNeverSplitsALetter() throws IOException {
    // "Барлы" is five letters of two bytes.
    assertThat(measure("--precision", "f32", "--limit", "9").get(0)).contains(": 8 bytes in 1");
    assertThat(measure("--precision", "f32", "--limit", "10").get(0)).contains(": 10 bytes in 1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--text| --text: missing its value",
        "--precision f32| --text: missing (expected: a file)",
        "--text a --precision int2| --precision: int2 (expected: of [auto, f32, int4, int8,",
        "--text a --precision f32,| --precision:  (expected: of",
        "--text a --window 0| --window: 0 (expected: 1 to 1048576)",
        "--text a --limit 12k| --limit: 12k (expected: 1 to 1073741824)",
        "--text a --verbose| unknown argument: --verbose",
      })
  void refusesWrongArguments(String arguments, String message) {
    List<String> args = List.of(arguments.split(" "));
    assertThatThrownBy(() -> Options.parse(args))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
    assertThat(PerplexityCommand.run(args)).isEqualTo(2);
  }

  @Test
  void refusesWhatIsNoText() throws IOException {
    Path file = folder.resolve("text");
    Files.write(file, new byte[] {'a', (byte) 0xD2, 'b'});
    assertThatThrownBy(() -> measureFile(file))
        .hasMessage(file + ": not UTF-8 at byte 1 (expected: UTF-8 text)");
    Files.write(file, new byte[] {'a', (byte) 0xD2});
    assertThatThrownBy(() -> measureFile(file))
        .hasMessage(file + ": not UTF-8 at byte 1 (expected: UTF-8 text)");
    Files.writeString(file, "");
    assertThatThrownBy(() -> measureFile(file)).hasMessageContaining("no text");
    assertThat(run(file)).isEqualTo(1);
    assertThat(run(folder.resolve("none"))).isEqualTo(1);
  }

  private int run(Path file) {
    return PerplexityCommand.run(List.of("--text", file.toString(), "--model", SHIPPED.toString()));
  }

  private static double referenceNats(List<int[]> documents, int window) {
    try (Checkpoint checkpoint = Checkpoint.open(SHIPPED)) {
      ReferenceForward reference = ReferenceForward.of(checkpoint);
      int bos = checkpoint.config().bosTokenId().orElseThrow();
      return Perplexity.windows(documents, window).stream()
          .mapToDouble(one -> PerplexityReferenceTest.nats(reference, bos, one))
          .sum();
    }
  }

  private List<String> measure(String... options) throws IOException {
    Path file = Files.writeString(folder.resolve("text"), TEXT);
    return measureFile(file, options);
  }

  private List<String> measureFile(Path file, String... options) throws IOException {
    List<String> args =
        new ArrayList<>(
            List.of(
                "--text",
                file.toString(),
                "--model",
                SHIPPED.toString(),
                "--config",
                Path.of(System.getProperty("qaqpa.root"), "config").toString()));
    args.addAll(List.of(options));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PerplexityCommand.measure(
        Options.parse(args),
        Map.of("QAQPA_ENGINE_CACHE_FOLDER", folder.resolve("cache").toString()),
        new PrintStream(out, true, StandardCharsets.UTF_8));
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
