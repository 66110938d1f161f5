package kz.qaqpa.cli.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a soak found.
 *
 * @param machine processors and Java
 * @param seed that its randomness came from
 * @param warmUp windows at the beginning that are not judged
 * @param judged whether the others are: not after a short soak
 * @param windows all of them
 * @param outcomes what ended as it may, and how often
 * @param surprises what ended as it must not
 * @param left what had not gone away after everybody had
 * @param leaks lines of the log in which Netty tells of buffers that nobody released
 * @param exitCode of the gateway when it was asked to stop
 */
record SoakReport(
    String machine,
    long seed,
    int warmUp,
    boolean judged,
    List<Window> windows,
    SortedMap<String, Long> outcomes,
    SortedMap<String, Long> surprises,
    Map<String, Double> left,
    List<String> leaks,
    int exitCode) {

  /** The windows after the warm-up. */
  private List<Window> later() {
    return windows.subList(Math.min(warmUp, windows.size()), windows.size());
  }

  /** What was not as it should be, a line each; empty if all was. */
  List<String> problems() {
    List<String> problems = new ArrayList<>();
    for (Watched watched : Watched.values()) {
      Trend trend = watched.trend(later());
      if (judged && watched.grows(trend)) {
        problems.add(
            String.format(
                Locale.ROOT,
                "%s: grew by %.1f from a median of %.1f (expected: at most %.1f)",
                watched.words(),
                trend.growth(),
                trend.median(),
                watched.tolerated(trend.median())));
      }
    }
    surprises.forEach((what, count) -> problems.add(what + ": " + count + " (expected: none)"));
    left.forEach((what, value) -> problems.add(what + ": " + value + " left (expected: 0)"));
    if (!leaks.isEmpty()) {
      problems.add("leaked buffers: " + leaks.size() + " reports (expected: none)");
    }
    if (exitCode != 0) {
      problems.add("exit code of the gateway: " + exitCode + " (expected: 0)");
    }
    return problems;
  }

  /** For a terminal or a document. */
  String table() {
    List<String> lines = new ArrayList<>(List.of(machine + ", seed " + seed, ""));
    lines.add("| | median | first, last judged window | slope over all | tolerated | z | |");
    lines.add("|---|---|---|---|---|---|---|");
    for (Watched watched : Watched.values()) {
      lines.add(line(watched));
    }
    lines.add("");
    double answers = windows.stream().mapToDouble(Window::answers).sum();
    double refusals = windows.stream().mapToDouble(Window::refusals).sum();
    double later = later().stream().skip(1).mapToDouble(Window::answers).sum();
    double cpu =
        later().isEmpty()
            ? Double.NaN
            : later().getLast().cpuSeconds() - later().getFirst().cpuSeconds();
    lines.add(
        String.format(
            Locale.ROOT,
            "%d windows, the first %d not judged; %.0f answers, %.0f refusals and failures; %.1f ms of CPU"
                + " an answer, all else included",
            windows.size(),
            warmUp,
            answers,
            refusals,
            1e3 * cpu / later));
    outcomes.forEach((what, count) -> lines.add("  " + count + " " + what));
    lines.add("");
    List<String> problems = problems();
    lines.add(
        problems.isEmpty()
            ? judged ? "flat, and nothing left" : "nothing left"
            : "NOT as it should be:");
    lines.addAll(problems);
    return String.join("\n", lines);
  }

  private String line(Watched watched) {
    Trend trend = watched.trend(later());
    return String.format(
        Locale.ROOT,
        "| %s | %.1f | %.1f, %.1f | %+.1f | %.1f | %+.1f | %s |",
        watched.words(),
        trend.median(),
        later().isEmpty() ? Double.NaN : watched.of(later().getFirst()),
        later().isEmpty() ? Double.NaN : watched.of(later().getLast()),
        trend.growth(),
        watched.tolerated(trend.median()),
        trend.z(),
        judged ? watched.grows(trend) ? "GROWS" : "flat" : "too short to tell");
  }

  /** Writes it as JSON. */
  void write(Path file) throws IOException {
    JsonMapper json = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    Files.writeString(file, json.writeValueAsString(this));
  }
}
