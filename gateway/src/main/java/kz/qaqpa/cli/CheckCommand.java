package kz.qaqpa.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import kz.qaqpa.batching.BatchingEngine;
import kz.qaqpa.batching.BatchingEngines;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.IsolationCheck;
import kz.qaqpa.batching.IsolationCheck.Cost;
import kz.qaqpa.config.Config;
import kz.qaqpa.config.ConfigException;
import kz.qaqpa.config.ConfigLoader;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.model.ModelFileException;

/**
 * {@code ./qaqpa check}: whether an agency's request tells what another one has cached, tried out
 * on this machine with the engine, the model and the settings that would serve.
 */
public final class CheckCommand {
  private static final String USAGE =
      """
      usage: ./qaqpa check [--model DIR] [--engine E] [--config DIR]

        --model DIR       model folder (config/models/kaz-mini)
        --engine E        auto, cpu or trt (auto)
        --config DIR      folder with qaqpa.yaml (config)
      """;

  private CheckCommand() {}

  /** What was asked for. */
  record Options(Path model, String engine, Path config) {

    static Options parse(List<String> args) {
      Path config = Path.of(System.getProperty("qaqpa.root", "."), "config");
      Path model = config.resolve("models").resolve("kaz-mini");
      String engine = "auto";
      for (int i = 0; i < args.size(); i += 2) {
        String option = args.get(i);
        if (i + 1 == args.size()) {
          throw new IllegalArgumentException(option + ": unknown, or missing its value");
        }
        String value = args.get(i + 1);
        switch (option) {
          case "--model" -> model = Path.of(value);
          case "--engine" -> engine = value;
          case "--config" -> config = Path.of(value);
          default -> throw new IllegalArgumentException("unknown argument: " + option);
        }
      }
      return new Options(model, engine, config);
    }
  }

  /**
   * Runs the command.
   *
   * @return 0 if agencies are isolated, 1 if not or if the engine failed, 2 if arguments are wrong
   */
  public static int run(List<String> args) {
    if (args.contains("--help")) {
      System.out.print(USAGE);
      return 0;
    }
    Options options;
    try {
      options = Options.parse(args);
    } catch (IllegalArgumentException e) {
      System.err.println("check: " + e.getMessage());
      System.err.println("./qaqpa check --help says more");
      return 2;
    }
    try {
      return check(options, System.getenv(), System.out) ? 0 : 1;
    } catch (IllegalArgumentException
        | IllegalStateException
        | ConfigException
        | ModelFileException
        | EngineFault e) {
      System.err.println("check: " + e.getMessage());
      return 1;
    }
  }

  static boolean check(Options options, Map<String, String> environment, PrintStream out) {
    Config config = ConfigLoader.load(options.config, environment);
    EngineSettings engineSettings = config.bind("engine", EngineSettings.class);
    BatchingSettings batching = config.bind("batching", BatchingSettings.class);
    Engine engine =
        EngineChoice.find(options.engine)
            .provider()
            .open(options.model, engineSettings, System.err::println)
            .engine();
    try (BatchingEngine served = BatchingEngines.start(engine, "check", batching)) {
      IsolationCheck.Finding found = IsolationCheck.run(served, engine.shape());
      out.printf("a prompt of %d tokens, the same for all agencies%n", found.promptTokens());
      line(out, "an agency's first request", found.cold());
      line(out, "its second", found.own());
      line(out, "another agency's", found.foreign());
      line(out, "its third, after all slots were reused", found.ownLater());
      line(out, "one more agency's", found.foreignLater());
      out.println(
          found.isIsolated()
              ? "isolated: others paid what the first request did"
              : "NOT ISOLATED: what an agency has cached shows in another one's requests");
      return found.isIsolated();
    }
  }

  private static void line(PrintStream out, String who, Cost cost) {
    out.printf(
        "%-40s %4d cached, %4d computed, %3d steps%n",
        who, cost.cachedTokens(), cost.computedTokens(), cost.steps());
  }
}
