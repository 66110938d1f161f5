package kz.qaqpa.cli;

import java.util.List;

/** What a process of its own runs, so that signals and exit codes are real. */
public final class ServeMain {
  private ServeMain() {}

  /** Serves with the options given. */
  public static void main(String[] args) {
    System.exit(ServeCommand.run(List.of(args)));
  }
}
