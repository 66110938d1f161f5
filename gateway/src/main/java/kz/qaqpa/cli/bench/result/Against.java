package kz.qaqpa.cli.bench.result;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import kz.qaqpa.cli.client.Options;

/**
 * The option {@code --against FILE} of a benchmark: the earlier run that the new one is judged by.
 *
 * @param then empty without the option
 */
public record Against(Optional<BenchResult> then) {
  /** The option's name. */
  public static final String OPTION = "against";

  /**
   * Reads the file, before anything is measured.
   *
   * @param bench whose file it must be
   * @throws IOException if it is not; the message names file, field and what was expected
   */
  public static Against of(Options options, String bench) throws IOException {
    String given = options.get(OPTION);
    if (given == null) {
      return new Against(Optional.empty());
    }
    BenchResult then = BenchResult.read(Path.of(given));
    if (!then.bench().equals(bench)) {
      throw new IOException(given + ": bench: " + then.bench() + " (expected: " + bench + ")");
    }
    return new Against(Optional.of(then));
  }

  /**
   * Prints both side by side, if there is an earlier one.
   *
   * @return whether nothing is worse beyond the noise
   */
  public boolean judge(BenchResult now, PrintStream out) {
    if (then.isEmpty()) {
      return true;
    }
    Comparison comparison = Comparison.of(then.get(), now);
    out.println("\n" + comparison.table());
    return !comparison.isWorse();
  }
}
