package kz.qaqpa.load;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a simulation is aimed at, from system properties {@code qaqpa.load.*}.
 *
 * @param url {@code target}: {@code http://HOST:PORT}
 * @param key {@code key}: an API key; the environment variable {@code QAQPA_DEV_KEY} if absent
 * @param model {@code model}: its name
 * @param users {@code users}: answers begun each second
 * @param seconds {@code seconds}: for how long answers are begun
 * @param maxTokens {@code maxTokens}: of one answer
 * @param ttftMillis {@code ttftMillis}: what the 99th percentile of the time to the first token may
 *     reach
 * @param prompts {@code prompts}: JSON lines with a field {@code text}; by default the shipped ones
 */
record Target(
    String url,
    String key,
    String model,
    double users,
    int seconds,
    int maxTokens,
    int ttftMillis,
    Path prompts) {

  private static final String PREFIX = "qaqpa.load.";

  static Target fromProperties() {
    return new Target(
        text("target", "http://127.0.0.1:8080"),
        text("key", System.getenv().getOrDefault("QAQPA_DEV_KEY", "")),
        text("model", "kaz-mini"),
        number("users", 2, 0.01, 100_000),
        (int) number("seconds", 30, 1, 86_400),
        (int) number("maxTokens", 128, 1, 1_000_000),
        (int) number("ttftMillis", 2_000, 1, 3_600_000),
        existing(Path.of(text("prompts", text("root", "..") + "/config/prompts/kazakh.jsonl"))));
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
