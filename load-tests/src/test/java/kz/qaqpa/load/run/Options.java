package kz.qaqpa.load.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What a simulation was told, from system properties {@code qaqpa.load.*}.
 *
 * @param target {@code target}: {@code http://HOST:PORT}; empty for a gateway of its own
 * @param key {@code key}: an API key of the target; the variable {@code QAQPA_DEV_KEY} if absent
 * @param keys {@code keys}: JSON lines of {@link Caller}s of the target; empty for none
 * @param engine {@code engine}: what a gateway of its own answers with: {@code synthetic}, {@code
 *     cpu} or another one's name
 * @param model {@code model}: its name; empty for the one that the target serves
 * @param users {@code users}: the simulation says what it counts
 * @param length {@code seconds}, or {@code minutes}: for how long answers are begun
 * @param maxTokens {@code maxTokens}: of one answer
 * @param ttftMillis {@code ttftMillis}: what the 99th percentile of the time to the first token may
 *     reach, and what an answer may take to be a good one
 * @param itlMillis {@code itlMillis}: the same of the time between two tokens, of which a good
 *     answer keeps its mean
 * @param goodput {@code goodput}: part of all answers that have to be good
 * @param sample {@code sample}: part of all answers whose labels are verified
 * @param drift {@code drift}: how many times as slow the end of a soak may be as its beginning
 * @param warmUp {@code warmUp}: seconds that a gateway of its own is asked before anything is
 *     counted
 * @param prompts {@code prompts}: JSON lines with fields {@code lang} and {@code text}
 * @param root of the project
 * @param results where reports go
 */
public record Options(
    String target,
    String key,
    String keys,
    String engine,
    String model,
    double users,
    Duration length,
    int maxTokens,
    int ttftMillis,
    int itlMillis,
    double goodput,
    double sample,
    double drift,
    Duration warmUp,
    Path prompts,
    Path root,
    Path results) {
  private static final String PREFIX = "qaqpa.load.";

  /**
   * Options of a simulation.
   *
   * @param users where nobody says so
   * @param seconds where nobody says so
   * @throws IllegalArgumentException naming the property, its value and what was expected
   */
  public static Options fromProperties(double users, int seconds, int maxTokens, int ttftMillis) {
    Path root = Path.of(text("root", "..")).toAbsolutePath().normalize();
    return new Options(
        text("target", ""),
        text("key", System.getenv().getOrDefault("QAQPA_DEV_KEY", "")),
        text("keys", ""),
        text("engine", "synthetic"),
        text("model", ""),
        number("users", users, 0.01, 100_000),
        length(seconds),
        (int) number("maxTokens", maxTokens, 1, 1_000_000),
        (int) number("ttftMillis", ttftMillis, 1, 3_600_000),
        (int) number("itlMillis", 200, 1, 3_600_000),
        number("goodput", 0.95, 0, 1),
        number("sample", 0.1, 0, 1),
        number("drift", 1.5, 1, 1_000),
        Duration.ofSeconds((long) number("warmUp", 8, 0, 600)),
        existing(Path.of(text("prompts", root + "/config/prompts/kazakh.jsonl"))),
        root,
        Path.of(text("results", root + "/load-tests/target/gatling")));
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "Options[target=" + target + ", users=" + users + ", length=" + length + "]";
  }

  private static Duration length(int seconds) {
    double minutes = number("minutes", 0, 0, 100_000);
    double wanted = minutes > 0 ? 60 * minutes : number("seconds", seconds, 1, 6_000_000);
    return Duration.ofMillis(Math.max(1000, Math.round(1000 * wanted)));
  }

  /** How long a part of the run is; at least a tenth of a second. */
  public Duration part(double share) {
    return Duration.ofMillis(Math.max(100, Math.round(share * length.toMillis())));
  }

  /** The same in whole seconds, at least one: Gatling's injection knows no others. */
  public Duration seconds(double share) {
    return Duration.ofSeconds(Math.max(1, Math.round(share * length.toMillis() / 1000.0)));
  }

  private static String text(String name, String otherwise) {
    String value = System.getProperty(PREFIX + name, "");
    return value.isBlank() ? otherwise : value;
  }

  private static double number(String name, double otherwise, double low, double high) {
    String value = text(name, String.valueOf(otherwise));
    try {
      double number = Double.parseDouble(value);
      if (number >= low && number <= high) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, with the same words as a number out of range.
    }
    throw new IllegalArgumentException(
        PREFIX + name + ": " + value + " (expected: " + low + " to " + high + ")");
  }

  private static Path existing(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          PREFIX + "prompts: " + file.toAbsolutePath() + " (expected: a file of JSON lines)");
    }
    return file;
  }
}
