package kz.qaqpa.engine.trt.tool;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Options of {@code ./qaqpa compile}.
 *
 * @param precision as in settings
 * @param maxBatch 0 for as many as fit
 * @param maxLength 0 for the longest that is chosen when serving
 * @param out where to write the plan; into the cache folder if empty
 */
record CompileOptions(
    Path model, String precision, int maxBatch, int maxLength, Optional<Path> out, boolean help) {
  static final String USAGE =
      """
      usage: ./qaqpa compile --model DIR [options]
        --model DIR     Hugging Face folder of a Llama
        --precision P   bf16 or fp8 (bf16)
        --max-batch N   sequences at once, 1 to 1024 (what serve would choose here)
        --max-len N     tokens of a sequence, 1 to 1048576 (what serve would choose here)
        --out FILE      the plan, for engine.plan (into the cache folder, where serve finds it)
        --config DIR    folder with qaqpa.yaml, for engine.cacheFolder (config)\
      """;

  private static final int MOST_BATCH = 1024;
  private static final int MOST_LENGTH = 1 << 20;

  /**
   * Reads options.
   *
   * @throws IllegalArgumentException saying which option is wrong, and how
   */
  static CompileOptions parse(List<String> arguments) {
    Path model = null;
    String precision = "bf16";
    int maxBatch = 0;
    int maxLength = 0;
    Optional<Path> out = Optional.empty();
    boolean help = false;
    Deque<String> left = new ArrayDeque<>(arguments);
    while (!left.isEmpty()) {
      String option = left.pop();
      switch (option) {
        case "--model" -> model = Path.of(value(option, left));
        case "--precision" -> precision = precision(option, value(option, left));
        case "--max-batch" -> maxBatch = number(option, value(option, left), MOST_BATCH);
        case "--max-len" -> maxLength = number(option, value(option, left), MOST_LENGTH);
        case "--out" -> out = Optional.of(Path.of(value(option, left)));
        case "--help", "-h" -> help = true;
        default -> throw new IllegalArgumentException(option + ": no such option");
      }
    }
    if (model == null && !help) {
      throw new IllegalArgumentException("--model: missing (expected: a folder)");
    }
    Path folder = model == null ? Path.of("") : model;
    return new CompileOptions(folder, precision, maxBatch, maxLength, out, help);
  }

  private static String value(String option, Deque<String> left) {
    if (left.isEmpty()) {
      throw new IllegalArgumentException(option + ": absent (expected: a value)");
    }
    return left.pop();
  }

  private static String precision(String option, String value) {
    if (!List.of("bf16", "fp8", "f32").contains(value)) {
      throw new IllegalArgumentException(option + ": " + value + " (expected: bf16 or fp8)");
    }
    return value;
  }

  private static int number(String option, String value, int most) {
    try {
      int number = Integer.parseInt(value);
      if (number >= 1 && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, together with numbers out of range.
    }
    throw new IllegalArgumentException(option + ": " + value + " (expected: 1 to " + most + ")");
  }
}
