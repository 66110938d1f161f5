package kz.qaqpa.engine.trt.build;

import java.io.PrintStream;
import java.util.function.Consumer;

/**
 * Where a build shows how far it is.
 *
 * @param lines receives lines for a person
 * @param bar receives a progress bar again and again
 * @param everyPercent how seldom: 1 for a place where one bar is drawn over the other
 */
public record BuildProgress(Consumer<String> lines, Consumer<String> bar, int everyPercent) {
  private static final int SELDOM = 10;
  private static final String TO_THE_END = "\u001b[K";

  /** Lines one below the other. */
  public static BuildProgress lines(Consumer<String> lines) {
    return new BuildProgress(lines, lines, SELDOM);
  }

  /** A bar that stays in its line; other lines go above it. */
  public static BuildProgress terminal(PrintStream out) {
    return new BuildProgress(
        line -> out.println("\r" + line + TO_THE_END),
        bar -> {
          out.print("\r" + bar + TO_THE_END);
          out.flush();
        },
        1);
  }
}
