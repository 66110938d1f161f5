package kz.qaqpa.watermark;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kz.qaqpa.cli.bench.BenchProgram;
import kz.qaqpa.cli.bench.result.Against;
import kz.qaqpa.cli.bench.result.BenchResult;
import kz.qaqpa.cli.bench.result.Figure;
import kz.qaqpa.cli.bench.result.Figure.Better;
import kz.qaqpa.cli.bench.result.Machine;
import kz.qaqpa.cli.client.Options;
import kz.qaqpa.tokenizer.Tokenizer;
import kz.qaqpa.tokenizer.Tokenizer.SpecialTokens;
import kz.qaqpa.watermark.AnswerRun.Drawing;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code ./qaqpa bench watermark}: how often the watermark of the shipped model is found, how often
 * one is found where there is none, and what it costs.
 *
 * <p>A text counts as found at a p-value of at most {@link #LEVEL}, which is what the detector
 * itself says, so the level is not fitted to the texts. False positives are counted with many
 * random keys for each text.
 */
public final class WatermarkBench {
  private static final double LEVEL = 1e-3;
  private static final int[] LENGTHS = {50, 100, 200, 400};
  private static final int LONGEST = 400;
  private static final int FOREIGN_KEYS = 100;
  private static final int SPEED_TOKENS = 128;

  private static final String NAME = "watermark";

  private final PrintStream out;
  private final List<Figure> figures = new ArrayList<>();
  private final RandomGenerator random;
  private final AnswerRun run;
  private final Tokenizer tokenizer;
  private final List<String> questions;
  private final WatermarkKeys keys;
  private final Detector detector;

  private WatermarkBench(PrintStream out, AnswerRun run, List<String> questions, long seed) {
    this.out = out;
    this.random = new SplittableRandom(seed);
    this.run = run;
    this.tokenizer = run.tokenizer();
    this.questions = questions;
    this.keys = keys();
    this.detector = new Detector(tokenizer, List.of(keys));
  }

  private WatermarkKeys keys() {
    byte[] master = new byte[WatermarkKeys.BYTES];
    random.nextBytes(master);
    return WatermarkKeys.of(master);
  }

  /**
   * Measures, prints and writes {@code target/bench/watermark/watermark.json}.
   *
   * @param args {@code --human FILE}: text by people, UTF-8; the Kazakh prompts by default. {@code
   *     --answers N} for each temperature, {@code --rounds N} of the speed, {@code --top-p P},
   *     {@code --seed N}; {@code --full-stops} lets sentences end, {@code --speed} measures nothing
   *     else; {@code --against FILE}
   */
  public static void main(String[] args) throws InterruptedException {
    BenchProgram.main(
        NAME,
        args,
        Set.of("human", "answers", "rounds", "top-p", "seed"),
        Set.of("full-stops", "speed"),
        WatermarkBench::run);
  }

  static BenchResult run(Options options, PrintStream out) throws IOException {
    Machine machine = Machine.here();
    Instant begin = Instant.now();
    out.println(machine.line());
    Path root = BenchProgram.root();
    List<String> texts = prompts(root);
    int answers = options.number("answers", 200, 1, 100_000);
    int rounds = options.number("rounds", 7, 1, 1000);
    int seed = options.number("seed", 1, 0, Integer.MAX_VALUE);
    double topP = topP(options.get("top-p", "1"));
    List<String> questions =
        Stream.generate(() -> texts.stream().filter(text -> text.length() <= 400))
            .flatMap(all -> all)
            .limit(answers)
            .toList();
    String human = options.get("human");
    int threads = Runtime.getRuntime().availableProcessors();
    Path cache = root.resolve("gateway/target/engine-cache");
    Map<String, String> settings = new TreeMap<>(options.values());
    settings.keySet().removeAll(Set.of("rounds", Against.OPTION));
    Path results = Files.createDirectories(root.resolve("target/bench/watermark"));
    try (AnswerRun run = AnswerRun.open(options.has("full-stops"), 32, 1024, threads, cache)) {
      WatermarkBench bench = new WatermarkBench(out, run, questions, seed);
      if (!options.has("speed")) {
        bench.truePositives(topP);
        bench.falsePositives(
            "people",
            "text by people",
            human == null ? String.join("\n", texts) : Files.readString(Path.of(human)));
      }
      bench.speed(rounds, topP);
      BenchResult result = new BenchResult(NAME, machine, begin, settings, bench.figures);
      result.write(results.resolve(NAME + ".json"));
      return result;
    }
  }

  private static double topP(String text) {
    try {
      double topP = Double.parseDouble(text);
      if (topP > 0 && topP <= 1) {
        return topP;
      }
    } catch (NumberFormatException e) {
      // Told below, with the same words as a number out of range.
    }
    throw new IllegalArgumentException("--top-p: " + text + " (expected: above 0, at most 1)");
  }

  /** The Kazakh ones. */
  private static List<String> prompts(Path root) throws IOException {
    List<JsonNode> prompts = new ArrayList<>();
    for (String line : Files.readAllLines(root.resolve("config/prompts/kazakh.jsonl"))) {
      JsonNode prompt = JsonMapper.builder().build().readTree(line);
      if (prompt.path("lang").asString().equals("kk")) {
        prompts.add(prompt);
      }
    }
    return prompts.stream().map(prompt -> prompt.path("text").asString()).toList();
  }

  private void truePositives(double topP) {
    out.println("| temperature | tokens | score a token | as drawn | as text | a tenth deleted |");
    out.println("|---|---|---|---|---|---|");
    for (double temperature : new double[] {0.7, 1}) {
      Drawing drawing = new Drawing(temperature, topP);
      List<int[]> answers = run.answers(questions, drawing, LONGEST, keys, random);
      for (int length : LENGTHS) {
        List<int[]> cut = answers.stream().map(tokens -> Arrays.copyOf(tokens, length)).toList();
        List<String> texts = cut.stream().map(tokens -> tokenizer.decode(tokens, true)).toList();
        double score = mean(cut, this::scoreUnderItsKey);
        double drawn = mean(cut, tokens -> isFound(detector.detect(tokens)));
        double read = mean(texts, text -> isFound(detector.detect(text)));
        double changed = mean(texts, text -> isFound(detector.detect(withoutEveryTenthWord(text))));
        out.printf(
            "| %.1f | %d | %.2f | %.1f %% | %.1f %% | %.1f %% |%n",
            temperature, length, score, 100 * drawn, 100 * read, 100 * changed);
        String which = "temperature" + temperature + ".tokens" + length;
        figures.add(Figure.of(which + ".score", "nats/token", Better.HIGHER, score));
        figures.add(Figure.of(which + ".found.drawn", "share", Better.HIGHER, drawn));
        figures.add(Figure.of(which + ".found.text", "share", Better.HIGHER, read));
        figures.add(Figure.of(which + ".found.changed", "share", Better.HIGHER, changed));
      }
      out.printf("%ntemperature %.1f: %s%n%n", temperature, survivors(answers));
      List<int[]> plain = run.answers(questions, drawing, LONGEST, null, random);
      falsePositives(
          "plain" + temperature,
          "answers without a watermark",
          String.join("\n", plain.stream().map(tokens -> tokenizer.decode(tokens, true)).toList()));
    }
  }

  /** The evidence of a token under the key that fits best; 1 on average without a watermark. */
  private double scoreUnderItsKey(int[] tokens) {
    Detection detection = detector.detect(tokens).getFirst();
    return detection.score() / detection.scored();
  }

  private static double isFound(List<Detection> detections) {
    return detections.getFirst().isBelow(LEVEL) ? 1 : 0;
  }

  private static <T> double mean(List<T> all, ToDoubleFunction<T> figure) {
    return all.stream().mapToDouble(figure).average().orElse(Double.NaN);
  }

  private static String withoutEveryTenthWord(String text) {
    StringBuilder kept = new StringBuilder();
    int word = 0;
    for (String part : text.split("(?<=\\s)(?=\\S)", -1)) {
      word++;
      kept.append(word % 10 == 0 ? "" : part);
    }
    return kept.toString();
  }

  /** How much of the answers their text says again when it is read. */
  private String survivors(List<int[]> answers) {
    long all = 0;
    long same = 0;
    for (int[] tokens : answers) {
      Set<List<Integer>> read = new HashSet<>();
      forEachPlace(
          tokenizer.encode(tokenizer.decode(tokens, true), SpecialTokens.AS_TEXT), read::add);
      List<List<Integer>> drawn = new ArrayList<>();
      forEachPlace(tokens, drawn::add);
      all += drawn.size();
      same += drawn.stream().filter(read::contains).count();
    }
    return "%.1f %% of the tokens are read again with the same four before them"
        .formatted(100.0 * same / all);
  }

  private static void forEachPlace(int[] tokens, Consumer<List<Integer>> action) {
    for (int i = 4; i < tokens.length; i++) {
      action.accept(Arrays.stream(tokens, i - 4, i + 1).boxed().toList());
    }
  }

  /** Cuts a text into pieces of each length and looks for keys that it has nothing to do with. */
  private void falsePositives(String name, String what, String text) {
    int[] tokens = tokenizer.encode(text, SpecialTokens.AS_TEXT);
    List<WatermarkKeys> foreign = Stream.generate(this::keys).limit(FOREIGN_KEYS).toList();
    Detector strangers = new Detector(tokenizer, foreign);
    out.printf("| %s: tokens | looks | found | share |%n|---|---|---|---|%n", what);
    for (int length : LENGTHS) {
      long looks = 0;
      long found = 0;
      for (int from = 0; from + length <= tokens.length; from += length) {
        String piece = tokenizer.decode(Arrays.copyOfRange(tokens, from, from + length), true);
        for (Detection detection : strangers.detect(piece)) {
          looks++;
          found += detection.isBelow(LEVEL) ? 1 : 0;
        }
      }
      double share = (double) found / looks;
      out.printf("| %d | %d | %d | %.2e |%n", length, looks, found, share);
      figures.add(Figure.of(name + ".tokens" + length + ".false", "share", Better.NEITHER, share));
    }
    out.println();
  }

  private record Speed(double tokensPerSecond, double cpuMicros) {}

  /** Rounds without and with in turn, so that both meet the same machine. */
  private void speed(int rounds, double topP) {
    out.println(
        "| temperature | without: tokens/s, CPU a token (µs) | with | ratio | ratio of CPU |");
    out.println("|---|---|---|---|---|");
    for (double temperature : new double[] {0.7, 1}) {
      Drawing drawing = new Drawing(temperature, topP);
      List<Speed> without = new ArrayList<>();
      List<Speed> with = new ArrayList<>();
      round(drawing, keys);
      for (int i = 0; i < rounds; i++) {
        without.add(round(drawing, null));
        with.add(round(drawing, keys));
      }
      out.printf(
          "| %.1f | %.0f, %.0f | %.0f, %.0f | %.3f | %.3f |%n",
          temperature,
          median(without, Speed::tokensPerSecond),
          median(without, Speed::cpuMicros),
          median(with, Speed::tokensPerSecond),
          median(with, Speed::cpuMicros),
          median(with, Speed::tokensPerSecond) / median(without, Speed::tokensPerSecond),
          median(with, Speed::cpuMicros) / median(without, Speed::cpuMicros));
      String which = "temperature" + temperature;
      add(which + ".speed", Better.HIGHER, with, without, Speed::tokensPerSecond);
      add(which + ".cpu", Better.LOWER, with, without, Speed::cpuMicros);
    }
  }

  /** What each round with the watermark has of the one before it without. */
  private void add(
      String name,
      Better better,
      List<Speed> with,
      List<Speed> without,
      ToDoubleFunction<Speed> figure) {
    double[] each =
        IntStream.range(0, with.size())
            .mapToDouble(
                i -> figure.applyAsDouble(with.get(i)) / figure.applyAsDouble(without.get(i)))
            .toArray();
    figures.add(Figure.of(name, Figure.RATIO, better, each));
  }

  private Speed round(Drawing drawing, @Nullable WatermarkKeys watermark) {
    List<String> some = questions.subList(0, Math.min(64, questions.size()));
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long cpu = system.getProcessCpuTime();
    long start = System.nanoTime();
    int tokens =
        run.answers(some, drawing, SPEED_TOKENS, watermark, random).stream()
            .mapToInt(answer -> answer.length)
            .sum();
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Speed(tokens / seconds, (system.getProcessCpuTime() - cpu) / 1e3 / tokens);
  }

  private static double median(List<Speed> speeds, ToDoubleFunction<Speed> figure) {
    double[] sorted = speeds.stream().mapToDouble(figure).sorted().toArray();
    return sorted[sorted.length / 2];
  }
}
