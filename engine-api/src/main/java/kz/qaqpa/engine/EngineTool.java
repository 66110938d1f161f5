package kz.qaqpa.engine;

import java.io.PrintStream;
import java.util.List;

/**
 * A command that an engine brings with it, found by {@link java.util.ServiceLoader}: {@code ./qaqpa
 * NAME …}.
 */
public interface EngineTool {

  /** Name of the command, for instance {@code compile}. */
  String name();

  /**
   * Runs it. Blocks, possibly for minutes.
   *
   * @param arguments what follows the command's name
   * @param settings section {@code engine} of the configuration
   * @param out what it was asked for
   * @param err what it is doing, and what is wrong
   * @return exit status: 0 done, 1 failed, 2 called wrongly
   */
  int run(List<String> arguments, EngineSettings settings, PrintStream out, PrintStream err);
}
