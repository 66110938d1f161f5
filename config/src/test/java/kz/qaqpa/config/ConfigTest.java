package kz.qaqpa.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigTest {
  @TempDir Path dir;

  enum Mode {
    OPEN,
    CLOSED
  }

  record Engine(
      String precision,
      int slots,
      int slotLength,
      int threads,
      Path cacheFolder,
      String plan,
      Synthetic synthetic) {
    Engine {
      if (slots < 0) {
        throw new IllegalArgumentException("engine.slots: " + slots + " (expected: >= 0)");
      }
    }
  }

  record Synthetic(long seed, double stepMicros, double rowMicros, double promptTokenMicros) {}

  record Limits(long bodyBytes, Duration timeout, double share) {}

  record Directory(
      List<Agency> agencies, Mode mode, @Nullable Limits limits, @Nullable List<String> hosts) {}

  record Agency(String id, @Nullable String name, @Nullable String apiKey) {
    Agency {
      if (id.isEmpty()) {
        throw new IllegalArgumentException("id: empty (expected: a name)");
      }
      if (apiKey != null && apiKey.length() < 4) {
        throw new IllegalArgumentException("apiKey: " + apiKey + " (expected: >= 4 characters)");
      }
    }
  }

  @Test
  void shippedDefaultsApplyWithoutAnyFile() {
    Engine engine = load(Map.of()).bind("engine", Engine.class);

    assertThat(engine.precision()).isEqualTo("auto");
    assertThat(engine.slots()).isZero();
    assertThat(engine.cacheFolder())
        .isEqualTo(Path.of(System.getProperty("user.home"), ".cache", "qaqpa"));
  }

  @Test
  void userFileOverlaysKeyByKeyAndEnvironmentOverlaysBoth() throws IOException {
    write("qaqpa.yaml", "engine:\n  slots: 8\n  slotLength: 512\n");

    Engine engine =
        load(Map.of("QAQPA_ENGINE_SLOT_LENGTH", "256", "QAQPA_DEV_KEY", "x"))
            .bind("engine", Engine.class);

    assertThat(engine.precision()).isEqualTo("auto");
    assertThat(engine.slots()).isEqualTo(8);
    assertThat(engine.slotLength()).isEqualTo(256);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "slotz: 8 | slotz: unknown key (expected: one of [cacheFolder, plan, precision, slotLength,",
        "slots: many | engine.slots: many (expected: a whole number",
        "slots: 1.5 | engine.slots: 1.5 (expected: a whole number",
        "slots: 99999999999 | engine.slots: 99999999999 (expected: a whole number",
        "slots: '8' | engine.slots: 8 (expected: a whole number",
        "slots: [8] | engine.slots: a list (expected: a whole number",
        "slots: | engine.slots: empty (expected: a value; leave the key out",
        "slots: null | engine.slots: empty (expected: a value",
        "slots: -1 | engine.slots: -1 (expected: >= 0)",
        "precision: 8 | engine.precision: 8 (expected: text",
        "precision: {a: 1} | engine.precision: a mapping (expected: text",
        "cacheFolder: [] | engine.cacheFolder: a list (expected: a path",
        "slots: !!int 8 | engine.slots: anchor, alias or tag (expected: a plain value)",
        "slots: *a | engine.slots: anchor, alias or tag (expected: a plain value)",
        "slots: \"\\e[31m\" | engine.slots: \\u001b[31m (expected: a whole number",
      })
  void wrongKeysAndValuesAreNamedWithTheirLine(String line, String message) throws IOException {
    Path file = write("qaqpa.yaml", "# comment\nengine:\n  threads: 1\n  " + line + "\n");

    assertThatThrownBy(() -> load(Map.of()).bind("engine", Engine.class))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(file + ":4: ")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "engine: 5 | :1: engine: 5 (expected: a mapping)",
        "- a | :1: expected: a mapping",
        "text | :1: expected: a mapping",
        "engine: {slots: 1, slots: 2} | :1: engine.slots: duplicate key",
        "sever: {} | :1: sever: unknown section (expected: one of [",
        "engine: {slots: 1 | not valid YAML",
        "engine: [&a [x], *a] | anchor, alias or tag",
        "<<: {slots: 1} | unknown section",
      })
  void filesWithoutTheRightShapeAreRefused(String text, String message) throws IOException {
    write("qaqpa.yaml", text + "\n");

    assertThatThrownBy(() -> load(Map.of()).bind("engine", Engine.class))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  void hostileFilesAreRefusedCheaply() throws IOException {
    write("qaqpa.yaml", "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n");
    assertThatThrownBy(() -> load(Map.of())).hasMessageContaining("anchor, alias or tag");

    write("qaqpa.yaml", "engine: " + "[".repeat(5000));
    assertThatThrownBy(() -> load(Map.of())).hasMessageContaining("nested too deeply");

    write("qaqpa.yaml", "#".repeat(YamlReader.MAX_BYTES + 1));
    assertThatThrownBy(() -> load(Map.of())).hasMessageContaining("too large");

    write("qaqpa.yaml", "engine: {slots: " + "9".repeat(5000) + "}");
    assertThatThrownBy(() -> load(Map.of())).isInstanceOf(ConfigException.class);

    write("qaqpa.yaml", "engine:\n---\nengine:\n");
    assertThatThrownBy(() -> load(Map.of())).isInstanceOf(ConfigException.class);

    Files.write(dir.resolve("qaqpa.yaml"), new byte[] {(byte) 0xD2, 'a'});
    assertThatThrownBy(() -> load(Map.of())).hasMessageContaining("not UTF-8");

    Files.delete(dir.resolve("qaqpa.yaml"));
    Files.createDirectory(dir.resolve("qaqpa.yaml"));
    assertThatThrownBy(() -> load(Map.of())).hasMessageContaining("not a regular file");
  }

  @Test
  void emptyFileAndByteOrderMarkAreHarmless() throws IOException {
    write("qaqpa.yaml", "");
    assertThat(load(Map.of()).bind("engine", Engine.class).slots()).isZero();

    write("qaqpa.yaml", "\uFEFFengine: {slots: 3}\n");
    assertThat(load(Map.of()).bind("engine", Engine.class).slots()).isEqualTo(3);
  }

  @Test
  void errorsFromTheEnvironmentNameTheVariable() {
    assertThatThrownBy(
            () -> load(Map.of("QAQPA_ENGINE_SLOTS", "many")).bind("engine", Engine.class))
        .hasMessageStartingWith("QAQPA_ENGINE_SLOTS: engine.slots: many (expected: a whole number");
    assertThatThrownBy(() -> load(Map.of("QAQPA_ENGINE_SLOTS", "-3")).bind("engine", Engine.class))
        .hasMessageStartingWith("QAQPA_ENGINE_SLOTS: engine.slots: -3 (expected: >= 0)");
    assertThatThrownBy(() -> load(Map.of("QAQPA_ENGINE_SLOTZ", "1")).bind("engine", Engine.class))
        .hasMessageStartingWith("QAQPA_ENGINE_SLOTZ: unknown variable (expected: one of [QAQPA_");
  }

  @Test
  void wholeFilesBindListsEnumsDurationsAndOptionalKeys() throws IOException {
    write(
        "agencies.yaml",
        """
        mode: closed
        limits: {bodyBytes: 65536, timeout: 30s, share: 1}
        agencies:
          - id: maidd
            name: Жасанды интеллект және цифрлық даму министрлігі
          - id: sandbox
            apiKey: abcdefgh
        """);

    Directory directory = load(Map.of()).bindFile("agencies.yaml", Directory.class);

    assertThat(directory.mode()).isEqualTo(Mode.CLOSED);
    assertThat(directory.limits()).isEqualTo(new Limits(65536, Duration.ofSeconds(30), 1));
    assertThat(directory.hosts()).isNull();
    assertThat(directory.agencies())
        .containsExactly(
            new Agency("maidd", "Жасанды интеллект және цифрлық даму министрлігі", null),
            new Agency("sandbox", null, "abcdefgh"));
  }

  @Test
  void errorsDeepInAListNameTheirLineAndHideSecrets() throws IOException {
    Path file = write("agencies.yaml", "mode: open\nagencies:\n  - id: a\n  - id: b\n    key: q\n");
    assertThatThrownBy(() -> load(Map.of()).bindFile("agencies.yaml", Directory.class))
        .hasMessageStartingWith(
            file + ":5: agencies[1].key: unknown key (expected: one of [apiKey");

    write("agencies.yaml", "mode: open\nagencies:\n  - id: a\n  - id: b\n    apiKey: qzx\n");
    assertThatThrownBy(() -> load(Map.of()).bindFile("agencies.yaml", Directory.class))
        .hasMessage(file + ":5: agencies[1].apiKey: <3 characters> (expected: >= 4 characters)");

    write("agencies.yaml", "mode: open\nagencies:\n  - id: a\n  - id: b\n    apiKey: 123456789\n");
    assertThatThrownBy(() -> load(Map.of()).bindFile("agencies.yaml", Directory.class))
        .hasMessageStartingWith(file + ":5: agencies[1].apiKey: <9 characters> (expected: text");

    write("agencies.yaml", "mode: ajar\nagencies: []\n");
    assertThatThrownBy(() -> load(Map.of()).bindFile("agencies.yaml", Directory.class))
        .hasMessage(file + ":1: mode: ajar (expected: one of [open, closed])");

    write("agencies.yaml", "mode: open\nagencies:\n  - name: x\n");
    assertThatThrownBy(() -> load(Map.of()).bindFile("agencies.yaml", Directory.class))
        .hasMessage(
            file
                + ":3: agencies[0].id: missing (expected: text; in quotes if it looks like a number)");

    write(
        "agencies.yaml",
        "mode: open\nagencies: []\nlimits: {bodyBytes: 1, timeout: 3, share: 1}\n");
    assertThatThrownBy(() -> load(Map.of()).bindFile("agencies.yaml", Directory.class))
        .hasMessageStartingWith(file + ":3: limits.timeout: 3 (expected: a duration such as 250ms");
  }

  @Test
  void missingFolderFileAndSectionAreNamed() {
    assertThatThrownBy(() -> ConfigLoader.load(dir.resolve("absent"), Map.of()))
        .hasMessageStartingWith("--config: ")
        .hasMessageEndingWith("(expected: a folder)");
    assertThatThrownBy(() -> load(Map.of()).bindFile("absent.yaml", Directory.class))
        .hasMessageStartingWith("absent.yaml: no such file");
    assertThatThrownBy(() -> load(Map.of()).bind("absent", Engine.class))
        .hasMessage("qaqpa.yaml: absent: missing (expected: a section)");
  }

  private Config load(Map<String, String> environment) {
    return ConfigLoader.load(dir, environment);
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(dir.resolve(name), text);
  }
}
