package kz.qaqpa.cli.gguf;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import kz.qaqpa.cli.client.Options;
import kz.qaqpa.engine.model.ModelFileException;
import kz.qaqpa.tokenizer.file.TokenizerFileException;

/** {@code ./qaqpa gguf}: writes a model as a GGUF file. */
public final class GgufCommand {
  private static final String USAGE =
      "usage: ./qaqpa gguf --out FILE [--model DIR] [--type f32|f16|q8_0|q4_0]";

  private GgufCommand() {}

  /**
   * Runs the command.
   *
   * @return exit status: 0, 1 if the model or the file is at fault, 2 after a wrong command line
   */
  public static int run(List<String> args) {
    return run(
        args,
        new PrintStream(System.out, true, StandardCharsets.UTF_8),
        new PrintStream(System.err, true, StandardCharsets.UTF_8));
  }

  static int run(List<String> args, PrintStream out, PrintStream err) {
    Path model;
    Path file;
    GgufType type;
    try {
      Options options = Options.parse(args, Set.of("model", "out", "type"), Set.of("help"));
      if (options.has("help")) {
        out.println(USAGE);
        return 0;
      }
      String given = options.get("out");
      if (given == null) {
        throw new IllegalArgumentException("--out: missing (expected: the file to write)");
      }
      file = Path.of(given).toAbsolutePath();
      Path root = Path.of(System.getProperty("qaqpa.root", ".")).toAbsolutePath();
      model = options.path("model", root.resolve("config/models/kaz-mini"));
      type = GgufType.of(options.get("type", "f16"));
    } catch (IllegalArgumentException e) {
      err.println(e.getMessage() + "\n" + USAGE);
      return 2;
    }
    try {
      GgufConverter.Written written = GgufConverter.convert(model, file, type);
      out.printf(
          Locale.ROOT,
          "%s: %d tensors, %s, %.1f MB%n",
          file,
          written.tensors(),
          type.label(),
          written.bytes() / 1e6);
      return 0;
    } catch (IOException
        | ModelFileException
        | TokenizerFileException
        | IllegalArgumentException e) {
      err.println(e.getMessage());
      return 1;
    }
  }
}
