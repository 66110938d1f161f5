package kz.qaqpa;

import java.util.Arrays;
import java.util.List;
import kz.qaqpa.cli.BenchCommand;
import kz.qaqpa.cli.ChatCommand;
import kz.qaqpa.cli.CheckCommand;
import kz.qaqpa.cli.EngineCommand;
import kz.qaqpa.cli.KeyCommand;
import kz.qaqpa.cli.PerplexityCommand;
import kz.qaqpa.cli.ServeCommand;
import kz.qaqpa.cli.TokenizeCommand;
import kz.qaqpa.cli.UsageCommand;
import kz.qaqpa.cli.gguf.GgufCommand;
import kz.qaqpa.cli.label.LabelCommand;
import kz.qaqpa.cli.soak.SoakCommand;

/** Where {@code ./qaqpa COMMAND} enters: one class per command, chosen by name. */
public final class Main {
  private Main() {}

  /**
   * Runs a command and leaves with its status: 0 done, 1 failed, 2 called wrongly.
   *
   * @param args the command's name ({@code serve} if there is none) and its own arguments
   */
  public static void main(String[] args) throws Exception {
    String command = args.length == 0 ? "serve" : args[0];
    System.exit(run(command, Arrays.asList(args).subList(Math.min(1, args.length), args.length)));
  }

  private static int run(String command, List<String> args) throws Exception {
    return switch (command) {
      case "serve" -> ServeCommand.run(args);
      case "chat" -> ChatCommand.run(args);
      case "key" -> KeyCommand.run(args);
      case "tokenize" -> TokenizeCommand.run(args);
      case "perplexity" -> PerplexityCommand.run(args);
      case "check" -> CheckCommand.run(args);
      case "label" -> LabelCommand.run(args);
      case "engine" -> EngineCommand.run(args);
      case "compile" -> EngineCommand.runTool(command, args);
      case "gguf" -> GgufCommand.run(args);
      case "bench" -> BenchCommand.run(args);
      case "soak" -> SoakCommand.run(args);
      case "usage" -> UsageCommand.run(args);
      default -> {
        System.err.println("qaqpa: unknown command " + command);
        yield 2;
      }
    };
  }
}
