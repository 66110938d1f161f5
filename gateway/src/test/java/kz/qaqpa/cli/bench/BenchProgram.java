package kz.qaqpa.cli.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import kz.qaqpa.cli.bench.profile.Profiling;
import kz.qaqpa.cli.bench.result.Against;
import kz.qaqpa.cli.bench.result.BenchResult;
import kz.qaqpa.cli.client.Options;

/** A benchmark that is a program of its own: its command line, and how it ends. */
public final class BenchProgram {
  /** Measures, prints its table and writes its file. */
  public interface Work {
    BenchResult run(Options options, PrintStream out) throws IOException, InterruptedException;
  }

  private BenchProgram() {}

  /**
   * Runs it and ends the process with the status of {@link #run}.
   *
   * @param bench its name in its file
   * @param names options beside {@code --against FILE}
   * @param switches of its own; {@link Profiling#SWITCH} if it can be recorded
   */
  public static void main(
      String bench, String[] args, Set<String> names, Set<String> switches, Work work)
      throws InterruptedException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.exit(run(bench, List.of(args), names, switches, work, out, System.err));
  }

  /**
   * Runs it.
   *
   * @return 0; 1 if a figure is worse than in the earlier file, or nothing could be measured; 2
   *     after a wrong command line
   */
  static int run(
      String bench,
      List<String> args,
      Set<String> names,
      Set<String> switches,
      Work work,
      PrintStream out,
      PrintStream err)
      throws InterruptedException {
    Set<String> all = new HashSet<>(names);
    all.add(Against.OPTION);
    try {
      Options options = Options.parse(args, all, switches);
      Against against = Against.of(options, bench);
      return against.judge(work.run(options, out), out) ? 0 : 1;
    } catch (IllegalArgumentException e) {
      err.println("bench " + bench + ": " + e.getMessage());
      return 2;
    } catch (IOException e) {
      err.println("bench " + bench + ": " + e.getMessage());
      return 1;
    }
  }

  /** The folder of the project. */
  public static Path root() {
    return Path.of(System.getProperty("qaqpa.root", ".")).toAbsolutePath();
  }
}
