package kz.qaqpa.tokenizer;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.GptBytePairEncodingParams;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import kz.qaqpa.tokenizer.Tokenizer.SpecialTokens;
import kz.qaqpa.tokenizer.fixtures.KazakhText;
import kz.qaqpa.tokenizer.fixtures.Oracle;
import kz.qaqpa.tokenizer.fixtures.Texts;
import kz.qaqpa.tokenizer.fixtures.TokenizerFile;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Milliseconds to encode 6 MB (UTF-8) of distinct Kazakh text on one thread, in documents of some 8
 * KB or in pieces of some 200 letters, against Hugging Face's library through DJL and against
 * jtokkit with the same vocabulary. {@link #main} runs it with JMH's options; {@code
 * -Dqaqpa.bench.text=FILE} takes a text of one's own, cut at line ends.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 6)
@Measurement(iterations = 11)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xmx3g", "--enable-native-access=ALL-UNNAMED"})
public class TokenizerBenchmark {
  private static final int BYTES = 6_000_000;
  private static final int SHORT = 200;

  /** The tokenizers and the text. */
  @State(Scope.Benchmark)
  public static class Input {
    @Param({"kaz-mini", "random-128000"})
    public String vocabulary = "kaz-mini";

    @Param({"kazakh", "short", "unseen"})
    public String text = "kazakh";

    private List<String> documents = List.of();
    private BpeTokenizer ours = BpeTokenizer.load(Texts.kazMini());
    private Oracle djl = new Oracle(Texts.kazMini());
    private Encoding jtokkit = jtokkit(ours);

    @Setup
    public void load() throws IOException {
      Path folder = Texts.kazMini();
      if (vocabulary.startsWith("random")) {
        folder = Files.createTempDirectory("qaqpa-bench");
        List<String[]> merges = TokenizerFile.randomMerges(128_000, new SplittableRandom(1));
        new TokenizerFile(merges, true).ignoreMerges().llamaSpecials().write(folder);
      }
      djl.close();
      ours = BpeTokenizer.load(folder);
      djl = new Oracle(folder);
      jtokkit = jtokkit(ours);
      String file = System.getProperty("qaqpa.bench.text", "");
      if (text.equals("unseen")) {
        documents = KazakhText.unseenWords(BYTES, 7);
      } else if (file.isEmpty()) {
        documents = KazakhText.documents(BYTES, 7);
      } else {
        documents = documents(Path.of(file));
      }
      if (text.equals("short")) {
        documents = documents.stream().flatMap(document -> pieces(document).stream()).toList();
      }
      long expected = djl.tokens(documents.getFirst());
      if (jtokkit.encodeOrdinary(documents.getFirst()).size() != expected) {
        throw new IllegalStateException("jtokkit finds other tokens");
      }
    }

    /**
     * jtokkit with the tokens and the pattern of ours, split by {@link Pattern}: its own scanner
     * knows OpenAI's patterns only. It merges by the order of ids, which is that of merges here.
     */
    private static Encoding jtokkit(BpeTokenizer tokenizer) {
      Map<byte[], Integer> tokens = new HashMap<>();
      for (int id = 0; id < tokenizer.vocabularySize(); id++) {
        if (!tokenizer.isSpecial(id)) {
          tokens.put(tokenizer.bytes(id), id);
        }
      }
      Pattern pattern = Pattern.compile(TokenizerFile.LLAMA_3, Pattern.UNICODE_CHARACTER_CLASS);
      return Encodings.newLazyEncodingRegistry()
          .registerGptBytePairEncoding(
              new GptBytePairEncodingParams("ours", pattern, tokens, Map.of()))
          .getEncoding("ours")
          .orElseThrow();
    }

    /** Cut at spaces. */
    private static List<String> pieces(String document) {
      List<String> pieces = new ArrayList<>();
      int from = 0;
      while (from < document.length()) {
        int space = document.indexOf(' ', from + SHORT);
        int to = space < 0 ? document.length() : space;
        pieces.add(document.substring(from, to));
        from = to;
      }
      return pieces;
    }

    private static List<String> documents(Path file) throws IOException {
      List<String> documents = new ArrayList<>();
      StringBuilder document = new StringBuilder();
      int bytes = 0;
      for (String line : Files.readAllLines(file)) {
        document.append(line).append('\n');
        if (document.length() > 4_000) {
          documents.add(document.toString());
          bytes += document.toString().getBytes(StandardCharsets.UTF_8).length;
          document.setLength(0);
        }
        if (bytes >= BYTES) {
          break;
        }
      }
      return documents;
    }

    @TearDown
    public void close() {
      djl.close();
    }
  }

  @Benchmark
  public long qaqpaWarm(Input input) {
    return encodeAll(input);
  }

  /** With the word cache emptied before. */
  @Benchmark
  public long qaqpaCold(Input input) {
    input.ours.clearCache();
    return encodeAll(input);
  }

  @Benchmark
  public long djl(Input input) {
    long tokens = 0;
    for (String document : input.documents) {
      tokens += input.djl.tokens(document);
    }
    return tokens;
  }

  @Benchmark
  public long jtokkit(Input input) {
    long tokens = 0;
    for (String document : input.documents) {
      tokens += input.jtokkit.encodeOrdinary(document).size();
    }
    return tokens;
  }

  private static long encodeAll(Input input) {
    long tokens = 0;
    for (String document : input.documents) {
      tokens += input.ours.encode(document, SpecialTokens.RECOGNISE).length;
    }
    return tokens;
  }

  /** Runs the benchmark and prints medians; the arguments are JMH's. */
  public static void main(String[] args) throws Exception {
    CommandLineOptions given = new CommandLineOptions(args);
    OptionsBuilder options = new OptionsBuilder();
    options.parent(given);
    if (given.getIncludes().isEmpty()) {
      options.include(TokenizerBenchmark.class.getName());
    }
    for (RunResult result : new Runner(options.build()).run()) {
      double median = result.getPrimaryResult().getStatistics().getPercentile(50);
      BenchmarkParams params = result.getParams();
      System.out.printf(
          "%-10s %-14s %-7s median %7.1f ms, %6.1f MB/s%n",
          params.getBenchmark().replaceAll(".*\\.", ""),
          params.getParam("vocabulary"),
          params.getParam("text"),
          median,
          BYTES / 1000.0 / median);
    }
  }
}
