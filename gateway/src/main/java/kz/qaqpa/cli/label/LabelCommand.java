package kz.qaqpa.cli.label;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * {@code ./qaqpa label verify …} and {@code ./qaqpa label detect …}: chosen by its first argument.
 */
public final class LabelCommand {
  private static final int MISUSED = 2;

  private LabelCommand() {}

  /**
   * Runs the command on standard input and output.
   *
   * @return the exit status: 0 valid or probably ours, 1 not, 2 called wrongly
   */
  public static int run(List<String> args) {
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    int status = run(args, System.in, out, err);
    out.flush();
    return status;
  }

  static int run(List<String> args, InputStream in, PrintStream out, PrintStream err) {
    String name = args.isEmpty() ? "" : args.getFirst();
    List<String> rest = args.subList(Math.min(1, args.size()), args.size());
    return switch (name) {
      case "verify" -> new VerifyCommand(in, out, err).run(rest);
      case "detect" -> new DetectCommand(in, out, err).run(rest);
      default -> {
        err.println(
            "label: "
                + (name.isEmpty() ? "nothing to do" : name + ": unknown")
                + " (expected: verify or detect)");
        err.println(VerifyCommand.USAGE);
        err.println(DetectCommand.USAGE);
        yield MISUSED;
      }
    };
  }
}
