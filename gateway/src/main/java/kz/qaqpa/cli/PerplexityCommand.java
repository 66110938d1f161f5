package kz.qaqpa.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import kz.qaqpa.config.ConfigException;
import kz.qaqpa.config.ConfigLoader;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.EngineProvider;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.engine.model.ModelFileException;
import kz.qaqpa.tokenizer.BpeTokenizer;
import kz.qaqpa.tokenizer.Tokenizer;
import kz.qaqpa.tokenizer.Tokenizer.SpecialTokens;
import kz.qaqpa.tokenizer.file.TokenizerFileException;

/**
 * {@code ./qaqpa perplexity}: bits per byte of a text under a model, for each precision asked for.
 */
public final class PerplexityCommand {
  private static final String USAGE =
      """
      usage: ./qaqpa perplexity --text FILE [--model DIR] [--precision P[,P…]] [--lines]
                                [--window TOKENS] [--limit BYTES] [--engine E] [--config DIR]

        --text FILE       UTF-8 text to score
        --model DIR       model folder (config/models/kaz-mini)
        --precision P     one that the engine has, or several with commas (auto)
        --lines           every line is a text of its own; line ends are not scored
        --window TOKENS   longest context: the text is cut into windows of so many tokens that do
                          not overlap; each begins with BOS and is scored from its first token on
                          (512, or the model's context where that is shorter)
        --limit BYTES     score no more than the first so many bytes (1048576)
        --engine E        cpu or trt (cpu)
        --config DIR      folder with qaqpa.yaml, for engine.threads and engine.cacheFolder (config)
      """;

  private static final Path DEFAULT_MODEL = Path.of("config", "models", "kaz-mini");
  private static final int DEFAULT_WINDOW = 512;
  private static final int DEFAULT_LIMIT = 1 << 20;

  /** Windows side by side: decode gains little beyond. */
  private static final int SLOTS = 16;

  private PerplexityCommand() {}

  /**
   * What was asked for.
   *
   * @param window 0 takes the default
   */
  record Options(
      Path text,
      Path model,
      List<String> precisions,
      boolean lines,
      int window,
      int limit,
      String engine,
      Path config) {

    static Options parse(List<String> args) {
      Path text = null;
      Path model = DEFAULT_MODEL;
      List<String> precisions = List.of("auto");
      boolean lines = false;
      int window = 0;
      int limit = DEFAULT_LIMIT;
      String engine = "cpu";
      Path config = Path.of(System.getProperty("qaqpa.root", "."), "config");
      for (int i = 0; i < args.size(); i++) {
        String option = args.get(i);
        switch (option) {
          case "--lines" -> lines = true;
          case "--text" -> text = Path.of(value(args, ++i, option));
          case "--engine" -> engine = value(args, ++i, option);
          case "--config" -> config = Path.of(value(args, ++i, option));
          case "--model" -> model = Path.of(value(args, ++i, option));
          case "--precision" -> precisions = Arrays.asList(value(args, ++i, option).split(",", -1));
          case "--window" -> window = positive(option, value(args, ++i, option), 1 << 20);
          case "--limit" -> limit = positive(option, value(args, ++i, option), 1 << 30);
          default -> throw new IllegalArgumentException("unknown argument: " + option);
        }
      }
      if (text == null) {
        throw new IllegalArgumentException("--text: missing (expected: a file)");
      }
      requirePrecisions(precisions, provider(engine).precisions());
      return new Options(text, model, precisions, lines, window, limit, engine, config);
    }

    private static String value(List<String> args, int index, String option) {
      if (index >= args.size()) {
        throw new IllegalArgumentException(option + ": missing its value");
      }
      return args.get(index);
    }

    private static void requirePrecisions(List<String> wanted, Set<String> possible) {
      for (String precision : wanted) {
        if (!possible.contains(precision)) {
          throw new IllegalArgumentException(
              "--precision: "
                  + precision
                  + " (expected: of "
                  + possible.stream().sorted().toList()
                  + ")");
        }
      }
    }

    private static int positive(String option, String value, int max) {
      try {
        int number = Integer.parseInt(value);
        if (number >= 1 && number <= max) {
          return number;
        }
      } catch (NumberFormatException e) {
        // Said below, together with numbers out of range.
      }
      throw new IllegalArgumentException(option + ": " + value + " (expected: 1 to " + max + ")");
    }
  }

  /**
   * Runs the command.
   *
   * @return 0, 1 if the text, the model or the engine failed, or 2 if the arguments are wrong
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
      System.err.println("perplexity: " + e.getMessage());
      System.err.println("./qaqpa perplexity --help says more");
      return 2;
    }
    try {
      measure(options, System.getenv(), System.out);
      return 0;
    } catch (IllegalArgumentException
        | ConfigException
        | ModelFileException
        | TokenizerFileException
        | EngineFault e) {
      System.err.println("perplexity: " + e.getMessage());
      return 1;
    } catch (IOException e) {
      // Its message is often no more than the name of the file.
      System.err.println("perplexity: cannot be read: " + e);
      return 1;
    }
  }

  static void measure(Options options, Map<String, String> environment, PrintStream out)
      throws IOException {
    EngineSettings engine =
        ConfigLoader.load(options.config, environment).bind("engine", EngineSettings.class);
    LlamaConfig config = LlamaConfig.read(options.model);
    int bos =
        config
            .bosTokenId()
            .orElseThrow(
                () -> new ModelFileException(options.model, "config.json: bos_token_id: missing"));
    int window =
        Math.min(options.window == 0 ? DEFAULT_WINDOW : options.window, config.maxPositions());
    List<String> documents = documents(options);
    long bytes = documents.stream().mapToLong(PerplexityCommand::utf8Length).sum();
    Tokenizer tokenizer = BpeTokenizer.load(options.model);
    List<int[]> encoded =
        documents.stream().map(text -> tokenizer.encode(text, SpecialTokens.AS_TEXT)).toList();
    List<int[]> windows = Perplexity.windows(encoded, window);
    if (windows.isEmpty()) {
      throw new IllegalArgumentException(options.text + ": no text (expected: at least a letter)");
    }
    out.printf(
        "%s: %d bytes in %d text(s), %d window(s) of at most %d tokens%n",
        options.text, bytes, documents.size(), windows.size(), window);
    out.printf(
        "%-10s %9s %11s %11s %9s%n", "precision", "tokens", "bits/byte", "nats/token", "tokens/s");
    for (String precision : options.precisions) {
      EngineSettings settings = engine.sized(precision, SLOTS, window, engine.threads());
      out.println(row(provider(options.engine), options.model, settings, bos, windows, bytes));
    }
  }

  private static String row(
      EngineProvider provider,
      Path model,
      EngineSettings settings,
      int bos,
      List<int[]> windows,
      long bytes) {
    try (var engine = provider.open(model, settings, System.err::println).engine()) {
      long start = System.nanoTime();
      Perplexity.Score score = new Perplexity(engine, bos).score(windows);
      double seconds = (System.nanoTime() - start) / 1e9;
      return "%-10s %9d %11.5f %11.5f %9.0f"
          .formatted(
              settings.precision(),
              score.tokens(),
              score.bitsPerByte(bytes),
              score.natsPerToken(),
              score.tokens() / seconds);
    }
  }

  private static EngineProvider provider(String name) {
    return ServiceLoader.load(EngineProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(provider -> provider.name().equals(name) && !provider.isSynthetic())
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("--engine: " + name + " (expected: cpu or trt)"));
  }

  private static List<String> documents(Options options) throws IOException {
    String text = read(options.text, options.limit);
    return options.lines ? text.lines().filter(line -> !line.isBlank()).toList() : List.of(text);
  }

  /** The first bytes of a file as text; a character that the limit cuts is left out. */
  private static String read(Path file, int limit) throws IOException {
    byte[] bytes;
    long size;
    try (InputStream in = Files.newInputStream(file)) {
      size = Files.size(file);
      bytes = in.readNBytes(limit);
    }
    CharsetDecoder decoder =
        StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
    CharBuffer text = CharBuffer.allocate(bytes.length);
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    CoderResult result = decoder.decode(rest, text, size <= limit);
    if (result.isError()) {
      throw new IllegalArgumentException(
          file + ": not UTF-8 at byte " + rest.position() + " (expected: UTF-8 text)");
    }
    return text.flip().toString();
  }

  private static long utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
