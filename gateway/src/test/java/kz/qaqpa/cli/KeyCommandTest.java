package kz.qaqpa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import kz.qaqpa.admission.Caller;
import kz.qaqpa.admission.registry.Registry;
import kz.qaqpa.admission.registry.Secrets;
import kz.qaqpa.fixture.AgenciesYaml;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyCommandTest {
  @TempDir private Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void write() throws Exception {
    new AgenciesYaml(folder).application("chat", "keys:").write();
  }

  /** What it prints, put where it says, lets the key in: comments and all. */
  @Test
  void aKeyIsPrintedOnce_withTheLinesToPaste() throws Exception {
    Path file = folder.resolve(Registry.FILE);
    String without = Files.readString(file);
    Files.writeString(file, without.replace("keys:", "keys: []"));
    assertThat(
            run(
                "new",
                "--agency",
                "minfin",
                "--app",
                "chat",
                "--expires",
                "2099-01-31T18:00:00+05:00",
                "--note",
                "the \"vault\" of Айгүл: #1"))
        .isZero();
    assertThat(Files.readString(file)).isEqualTo(without.replace("keys:", "keys: []"));
    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    String key = lines.getFirst();
    assertThat(key).matches("qpk_[A-Za-z0-9_-]{43}");
    String toPaste = lines.stream().skip(1).collect(Collectors.joining("\n", "", "\n"));
    assertThat(toPaste).contains("minfin/chat", file.toString()).doesNotContain(key);

    Files.writeString(file, without + toPaste);
    try (Registry registry = new AgenciesYaml(folder).registry()) {
      Caller caller =
          registry.directory().resolve(new Caller.Proof.Key(Secrets.sha256(key)), Instant.now());
      assertThat(caller.application().fullId()).isEqualTo("minfin/chat");
      assertThat(caller.until()).isEqualTo(Instant.parse("2099-01-31T13:00:00Z"));
    }
  }

  @Test
  void theShippedSandboxHasNoDeclaration_whichIsTold() {
    String root = System.getProperty("qaqpa.root") + "/config";
    assertThat(run(List.of("new", "--agency", "sandbox", "--app", "development", "--config", root)))
        .isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("          - sha256: \"")
        .contains("no \"declaration\" yet")
        .doesNotContain("expires:", "note:");
  }

  @Test
  void whatIsWrongIsNamed() throws Exception {
    new AgenciesYaml(folder).application("chat").write();
    refused(2, "key: nothing to do (expected: new)");
    refused(2, "key: nothing to do (expected: new)", "old");
    refused(2, "--agency: absent (expected: an id of agencies.yaml)", "new");
    refused(2, "--app: absent (expected: an id of agencies.yaml)", "new", "--agency", "minfin");
    refused(2, "--agency: absent (expected: a value)", "new", "--agency");
    refused(2, "--secret: no such option", "new", "--secret", "x");
    for (String time : List.of("tomorrow", "2099-01-31", "2099-01-31T18:00:00")) {
      refused(
          2,
          "--expires: " + time + ": no time with its offset (expected: one to come",
          "new",
          "--expires",
          time);
    }
    refused(2, "--expires: 2020-01-31T18:00:00Z: over", "new", "--expires", "2020-01-31T18:00:00Z");
    refused(
        1,
        "qaqpa: --agency: kgd: not in agencies.yaml (expected: one of [minfin])",
        "new",
        "--agency",
        "kgd",
        "--app",
        "chat");
    refused(
        1,
        "qaqpa: --app: bot: not in agencies.yaml (expected: one of [chat])",
        "new",
        "--agency",
        "minfin",
        "--app",
        "bot");
    Files.writeString(folder.resolve(Registry.FILE), "agencies: 5\n");
    refused(
        1, "agencies.yaml:1: agencies: 5 (expected: a list)", "new", "--agency", "a", "--app", "b");
  }

  private void refused(int status, String message, String... args) {
    assertThat(run(args)).isEqualTo(status);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains(message);
    assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  private int run(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    if (!all.isEmpty() && all.getFirst().equals("new")) {
      all.addAll(1, List.of("--config", folder.toString()));
    }
    return run(all);
  }

  private int run(List<String> args) {
    out.reset();
    err.reset();
    return KeyCommand.run(
        args,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }
}
