package kz.qaqpa.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BinderTest {
  private static final String FILE = "things.yaml";

  @TempDir Path dir;

  /** Nested once more: javac has its ways with annotations of such. */
  static final class Kinds {
    enum Fallback {
      CLOSED,
      LOCAL_SHARE;

      @Override
      public String toString() {
        return this == LOCAL_SHARE ? "local-share" : "closed";
      }
    }
  }

  record Things(List<Thing> things) {}

  record Thing(
      String id,
      @Nullable Instant until,
      Kinds.@Nullable Fallback fallback,
      @Nullable List<Kinds.Fallback> several,
      @Nullable List<Part> parts) {
    Thing {
      if (id.length() > 3) {
        throw new IllegalArgumentException("id: " + id + " (expected: at most 3 characters)");
      }
    }
  }

  record Part(int size) {}

  @Test
  void allProblemsOfAFileAreToldTogether_inItsOrder() {
    assertThat(
            problems(
                """
                thing: 1
                things:
                  - until: tomorrow
                    parts: [{size: 1}, {size: x}, {}, 7]
                  - id: abcd
                  - id: ok
                    fallback: open
                    several: [closed, ajar]
                    parts: 5
                  - 8
                """))
        .containsExactly(
            ":1: thing: unknown key (expected: one of [things])",
            ":3: things[0].until: tomorrow (expected: a time with its offset, such as"
                + " 2027-01-31T18:00:00+05:00)",
            ":4: things[0].parts[1].size: x (expected: a whole number, -2147483648 to 2147483647)",
            ":4: things[0].parts[2].size: missing (expected: a whole number, -2147483648 to"
                + " 2147483647)",
            ":4: things[0].parts[3]: 7 (expected: a mapping)",
            ":3: things[0].id: missing (expected: text; in quotes if it looks like a number)",
            ":5: things[1].id: abcd (expected: at most 3 characters)",
            ":7: things[2].fallback: open (expected: one of [closed, local-share])",
            ":8: things[2].several[1]: ajar (expected: one of [closed, local-share])",
            ":9: things[2].parts: 5 (expected: a list)",
            ":10: things[3]: 8 (expected: a mapping)");
  }

  @Test
  void ofVeryManyProblemsTheFirstAreTold() {
    assertThat(problems("things:\n" + "  - {}\n".repeat(100)))
        .hasSize(Problems.MOST + 1)
        .endsWith("and 80 more");
  }

  @Test
  void checksOfTheWholeFileSpeakOfItsLines_onceItsRecordsAreGood() {
    FileCheck<Things> check =
        (file, problems) -> {
          problems.add("things[1].id", "b (expected: another)");
          problems.add("things[0].until", "absent (expected: a time)");
        };
    assertThat(problems("things:\n  - id: a\n  - id: b\n", check))
        .containsExactly(
            ":3: things[1].id: b (expected: another)",
            ":2: things[0].until: absent (expected: a time)");
    assertThat(problems("things:\n  - id: abcd\n  - id: b\n", check))
        .containsExactly(":2: things[0].id: abcd (expected: at most 3 characters)");
  }

  @Test
  void timesAndEnumsAreReadAsTheyAreWritten() throws IOException {
    Thing thing =
        bind(
                """
                things:
                  - id: a
                    until: 2027-01-31T18:00:00+05:00
                    fallback: Local-Share
                    several: [CLOSED]
                """,
                (_, _) -> {})
            .things()
            .getFirst();
    assertThat(thing.until()).isEqualTo(Instant.parse("2027-01-31T13:00:00Z"));
    assertThat(thing.fallback()).isEqualTo(Kinds.Fallback.LOCAL_SHARE);
    assertThat(thing.several()).containsExactly(Kinds.Fallback.CLOSED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"2027-01-31", "2027-01-31T18:00:00", "2027-13-01T00:00:00Z", "18:00", "1", "true"})
  void timesWithoutDateOrOffsetAreRefused(String time) {
    assertThat(problems("things:\n  - id: a\n    until: " + time + "\n"))
        .containsExactly(
            ":3: things[0].until: "
                + time
                + " (expected: a time with its offset, such as 2027-01-31T18:00:00+05:00)");
  }

  @Test
  void bytesThatWereReadAlreadyAreBoundUnderTheNameOfTheirFile() throws IOException {
    Config config = ConfigLoader.load(dir, Map.of());
    byte[] bytes = "things: [{id: abcd}]\n".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> config.bindFile(FILE, bytes, Things.class, (_, _) -> {}))
        .hasMessageStartingWith(dir.resolve(FILE) + ":1: things[0].id: abcd (expected: at most");
  }

  private List<String> problems(String text) {
    return problems(text, (_, _) -> {});
  }

  private List<String> problems(String text, FileCheck<Things> check) {
    ConfigException e = catchThrowableOfType(ConfigException.class, () -> bind(text, check));
    String file = dir.resolve(FILE).toString();
    assertThat(e).hasMessage(String.join("\n", e.problems()));
    return e.problems().stream().map(problem -> problem.replace(file, "")).toList();
  }

  private Things bind(String text, FileCheck<Things> check) throws IOException {
    Files.writeString(dir.resolve(FILE), text);
    return ConfigLoader.load(dir, Map.of()).bindFile(FILE, Things.class, check);
  }
}
