package kz.qaqpa.cli.soak;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What to do.
 *
 * @param root of the project, for prompts
 * @param model folder
 * @param folder for configuration, state, log and figures; made anew
 * @param length of the load
 * @param askers who chat and wait for their answers; the others are as many as always
 * @param leakDetection level of Netty: {@code paranoid}, {@code simple} or {@code disabled}
 * @param seed of everything random
 */
record SoakPlan(
    Path root,
    Path model,
    Path folder,
    Duration length,
    int askers,
    String leakDetection,
    long seed) {
  private static final int WINDOWS = 60;
  private static final Duration SHORTEST = Duration.ofSeconds(2);
  private static final Duration LEAST_JUDGED = Duration.ofMinutes(5);
  private static final Duration LONGEST = Duration.ofSeconds(30);

  /** Length of a window: a sixtieth of the whole, 2 to 30 s. */
  Duration window() {
    Duration part = length.dividedBy(WINDOWS);
    return part.compareTo(SHORTEST) < 0 ? SHORTEST : part.compareTo(LONGEST) > 0 ? LONGEST : part;
  }

  /** Windows in all, at least one. */
  int windows() {
    return Math.max(1, Math.toIntExact(length.dividedBy(window())));
  }

  /** Those that are not judged, a quarter: caches fill and the compilers are at work. */
  int warmUp() {
    return windows() / 4;
  }

  /**
   * Whether slopes are judged: in the first minutes compilers are at work and memory is touched for
   * the first time, and a few windows tell nothing.
   */
  boolean isJudged() {
    return length.compareTo(LEAST_JUDGED) >= 0;
  }
}
