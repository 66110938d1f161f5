package kz.qaqpa.load.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import kz.qaqpa.load.run.Caller.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OptionsTest {
  @TempDir private Path folder;

  @Test
  void lengths_inSecondsOrMinutes() {
    assertThat(with("seconds", "90").length()).isEqualTo(Duration.ofSeconds(90));
    assertThat(with("minutes", "0.5").length()).isEqualTo(Duration.ofSeconds(30));
    assertThat(Options.fromProperties(1, 7, 1, 1).length()).isEqualTo(Duration.ofSeconds(7));
    assertThat(Options.fromProperties(1, 10, 1, 1).part(0.25)).isEqualTo(Duration.ofMillis(2500));
  }

  @Test
  void aWrongNumber_isNamed() {
    assertThatThrownBy(() -> with("users", "many"))
        .hasMessage("qaqpa.load.users: many (expected: 0.01 to 100000.0)");
    assertThatThrownBy(() -> with("goodput", "2"))
        .hasMessage("qaqpa.load.goodput: 2 (expected: 0.0 to 1.0)");
  }

  private static Options with(String name, String value) {
    System.setProperty("qaqpa.load." + name, value);
    try {
      return Options.fromProperties(1, 1, 1, 1);
    } finally {
      System.clearProperty("qaqpa.load." + name);
    }
  }

  @Test
  void callers_ofAFile_andNoKeyInTheirText() throws Exception {
    Path file = folder.resolve("keys.jsonl");
    Files.writeString(
        file,
        """
        {"agency": "minfin", "key": "qpk_one"}

        {"role": "quota", "agency": "kgd", "key": "qpk_two", "tokensPerDay": 300}
        """);
    List<Caller> callers = Caller.read(file);
    assertThat(callers)
        .containsExactly(
            new Caller(Role.CHAT, "minfin", "qpk_one", 0),
            new Caller(Role.QUOTA, "kgd", "qpk_two", 300));
    assertThat(callers.toString()).isEqualTo("[CHAT minfin, QUOTA kgd]");
    Files.writeString(file, "{\"agency\": \"minfin\"}");
    assertThatThrownBy(() -> Caller.read(file)).hasMessageContaining("entry 1 (expected: agency,");
    assertThatThrownBy(() -> Caller.read(folder.resolve("none")))
        .hasMessageEndingWith("none (expected: a file of JSON lines)");
    Files.writeString(file, "minfin");
    assertThatThrownBy(() -> Caller.read(file)).hasMessageContaining("entry 1 is not JSON");
  }

  @Test
  void theRegistryOfAGateway_knowsKeysByTheirHashAlone() throws Exception {
    List<Caller> callers = new Registry(3, 400).write(folder);
    assertThat(callers).filteredOn(caller -> caller.role() == Role.QUOTA).hasSize(3);
    String yaml = Files.readString(folder.resolve("agencies.yaml"));
    callers.forEach(caller -> assertThat(yaml).contains(caller.agency()));
    assertThat(yaml).contains("tokensPerDay: 400").doesNotContain("qpk_");
  }
}
