package kz.qaqpa.chaos.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import kz.qaqpa.chaos.stage.Outcome.End;
import org.jspecify.annotations.Nullable;

/**
 * Three accounts of the same requests that must agree: what clients saw, the gateway's log of
 * requests, and the ledger.
 */
public final class Books {
  /** Tokens that were made and not yet shown when an answer was ended: half a character of them. */
  private static final long HELD_BACK = 8;

  private static final Pattern LINE = Pattern.compile("\\{\"id\":\"(chaos-\\d+-\\d+)\".*}");
  private static final Set<String> BEFORE_THE_DOOR = Set.of("body", "tokenize");

  private final List<Outcome> outcomes;
  private final Map<String, String> lines;
  private final Map<String, Row> rows;

  /**
   * A record of the ledger.
   *
   * @param request id that the client gave the request
   * @param prompt tokens charged for the question
   * @param output tokens charged for the answer
   * @param finish how it ended
   */
  public record Row(String request, long prompt, long output, String finish) {}

  /**
   * Takes them side by side.
   *
   * @param log file of the process' log
   * @param prefix of ids of the clients' requests
   * @param rows of the ledger, of any clients
   */
  public Books(List<Outcome> outcomes, Path log, String prefix, List<Row> rows) throws IOException {
    this.outcomes = outcomes;
    this.lines = lines(log, prefix);
    List<Row> own = rows.stream().filter(row -> row.request().startsWith(prefix)).toList();
    // Whoever was written down twice fails here.
    this.rows = own.stream().collect(Collectors.toMap(Row::request, Function.identity()));
  }

  private static Map<String, String> lines(Path log, String prefix) throws IOException {
    Map<String, String> lines = new HashMap<>();
    for (String line : Files.readString(log, StandardCharsets.UTF_8).lines().toList()) {
      Matcher found = LINE.matcher(line);
      if (found.matches() && found.group(1).startsWith(prefix)) {
        assertThat(lines.put(found.group(1), line)).as("told twice").isNull();
      }
    }
    return lines;
  }

  /** They agree about everybody, also those who left. */
  public void requireExact() {
    requireClientsRight(Set.of());
    lines.forEach((request, line) -> {
      Row row = rows.get(request);
      if (wasLetIn(line)) {
        assertThat(row).as("no record of %s", line).isNotNull();
      }
      if (row != null) {
        requireSame(line, row);
      }
    });
    assertThat(lines.keySet()).as("a line of each record").containsAll(rows.keySet());
  }

  /** What was made after somebody had left, until that was noticed, is charged and not told. */
  private static void requireSame(String line, Row row) {
    long told = number(line, "output_tokens");
    if (text(line, "client_gone") == null) {
      assertThat(row.output()).as(line).isEqualTo(told);
    } else {
      assertThat(row.output()).as(line).isGreaterThanOrEqualTo(told);
    }
  }

  /**
   * The process ended in their midst: whoever saw the end of an answer is written down, once and
   * with those tokens. Whoever was cut off may be or not.
   */
  public void requireEndsKept() {
    requireClientsRight(Set.of());
  }

  /**
   * Nothing could be written: whoever was told so may have no record.
   *
   * @param code of the error that says so
   */
  public void requireExactBut(String code) {
    requireClientsRight(Set.of(code));
  }

  private void requireClientsRight(Set<String> unwritten) {
    for (Outcome outcome : outcomes) {
      if (outcome.end() == End.WHOLE) {
        Row row = recordOf(outcome);
        assertThat(row.prompt()).as("%s", outcome).isEqualTo(outcome.prompt());
        assertThat(row.output()).as("%s", outcome).isEqualTo(outcome.output());
      } else if (outcome.end() == End.FAILED && !unwritten.contains(outcome.code())) {
        Row row = recordOf(outcome);
        assertThat(row.output())
            .as("%s", outcome)
            .isBetween(outcome.output(), outcome.output() + HELD_BACK);
      }
    }
  }

  private Row recordOf(Outcome outcome) {
    return Objects.requireNonNull(rows.get(outcome.request()), () -> "no record of " + outcome);
  }

  private static boolean wasLetIn(String line) {
    String gone = text(line, "client_gone");
    return gone == null
        ? line.contains("\"finish\":\"")
        : !BEFORE_THE_DOOR.contains(gone) && line.contains("\"quota_ms\":");
  }

  private static @Nullable String text(String line, String name) {
    Matcher found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(line);
    return found.find() ? found.group(1) : null;
  }

  private static long number(String line, String name) {
    Matcher found = Pattern.compile("\"" + name + "\":(\\d+)").matcher(line);
    return found.find() ? Long.parseLong(found.group(1)) : -1;
  }

  /** Whether each record has its line: lines are written a moment after the ends of answers. */
  public boolean areTold() {
    return lines.keySet().containsAll(rows.keySet());
  }

  /** Requests that were written down. */
  public int written() {
    return rows.size();
  }

  /** Lines of the log. */
  public int told() {
    return lines.size();
  }
}
