package kz.qaqpa.cli.bench.peers.llama;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kz.qaqpa.cli.gguf.GgufConverter;
import kz.qaqpa.cli.gguf.GgufType;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.EngineProvider;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.StepPlanBuilder;
import kz.qaqpa.fixture.EngineProviders;
import kz.qaqpa.tokenizer.BpeTokenizer;
import kz.qaqpa.tokenizer.Tokenizer.SpecialTokens;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** The real llama.cpp reads what our converter writes, and says what our engine says. */
@Tag("node")
class LlamaAgreementTest {
  private static final Path ROOT = Path.of(System.getProperty("qaqpa.root", ".."));
  private static final Path SHIPPED = ROOT.resolve("config/models/kaz-mini");
  private static final int PROMPTS = 8;
  private static final int TOKENS = 48;
  private static final int LENGTH = 1024;

  @TempDir Path folder;

  /** Prompts in Kazakh, Russian and English, of all lengths that fit. */
  private static List<String> texts() throws IOException {
    JsonMapper json = JsonMapper.builder().build();
    List<String> texts = new ArrayList<>();
    for (String line : Files.readAllLines(ROOT.resolve("config/prompts/kazakh.jsonl"))) {
      texts.add(json.readTree(line).path("text").asString());
    }
    return texts;
  }

  private static List<int[]> prompts() throws IOException {
    BpeTokenizer tokenizer = BpeTokenizer.load(SHIPPED);
    return texts().stream()
        .map(text ->
            tokenizer.encode(
                "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n"
                    + text
                    + "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
                SpecialTokens.RECOGNISE))
        .filter(prompt -> prompt.length < LENGTH - TOKENS)
        .limit(PROMPTS)
        .toList();
  }

  private Llama llama(GgufType type, boolean exactCache) throws Exception {
    Path file = folder.resolve(type.label() + ".gguf");
    GgufConverter.convert(SHIPPED, file, type);
    Path libraries = NativeLlama.install(ROOT.resolve("target/npm/llama").toAbsolutePath());
    return new Llama(libraries, file, new Llama.Setup(1, 1, LENGTH, exactCache));
  }

  @Test
  void itsTokenizer_isOurs() throws Exception {
    BpeTokenizer tokenizer = BpeTokenizer.load(SHIPPED);
    List<String> texts = new ArrayList<>(texts());
    texts.add("<|start_header_id|>user<|end_header_id|>\n\n  Сәлем,\tәлем! 2026'ның 1234567-күні…");
    texts.add("a\r\n\r\n  b   c  \u00a0d \ud83d\ude00\ud83c\uddf0\ud83c\uddff I'LL we've'd");
    try (Llama llama = llama(GgufType.F16, false)) {
      for (String text : texts) {
        assertThat(llama.tokenize(text))
            .as(text)
            .isEqualTo(tokenizer.encode(text, SpecialTokens.RECOGNISE));
      }
    }
  }

  @Test
  void inFloats_everyTokenIsTheSame() throws Exception {
    List<int[]> ours = ours();
    try (Llama llama = llama(GgufType.F32, true)) {
      for (int i = 0; i < PROMPTS; i++) {
        assertThat(continuation(llama, prompts().get(i))).as("prompt " + i).isEqualTo(ours.get(i));
      }
    }
  }

  /** Rounding of weights and of the cache: answers may part, but hardly at their first tokens. */
  @ParameterizedTest
  @CsvSource({"F32, 0.8", "F16, 0.8", "Q8_0, 0.5", "Q4_0, 0.05"})
  void inOtherTypes_answersPartLater(GgufType type, double least) throws Exception {
    List<int[]> ours = ours();
    int same = 0;
    try (Llama llama = llama(type, false)) {
      for (int i = 0; i < PROMPTS; i++) {
        int parts = Arrays.mismatch(continuation(llama, prompts().get(i)), ours.get(i));
        same += parts < 0 ? TOKENS : parts;
      }
    }
    double share = same / (double) (PROMPTS * TOKENS);
    System.out.printf("%s: %.0f %% of the tokens before answers part%n", type, 100 * share);
    assertThat(share).isGreaterThan(least);
  }

  private static int[] continuation(Llama llama, int[] prompt) {
    llama.forget(0, 0);
    int[] answer = new int[TOKENS];
    int last = 0;
    for (int i = 0; i < prompt.length; i++) {
      llama.add(0, i, prompt[i], i == prompt.length - 1);
      if (llama.filled() == Llama.BATCH || i == prompt.length - 1) {
        last = llama.filled() - 1;
        llama.decode();
      }
    }
    for (int i = 0; i < TOKENS; i++) {
      answer[i] = llama.best(last);
      llama.add(0, prompt.length + i, answer[i], true);
      llama.decode();
      last = 0;
    }
    return answer;
  }

  private List<int[]> ours() throws IOException {
    EngineProvider cpu = EngineProviders.named("cpu");
    EngineSettings settings = new EngineSettings("f32", 1, LENGTH, 1, folder.resolve("cache"));
    List<int[]> answers = new ArrayList<>();
    try (Engine engine = cpu.open(SHIPPED, settings, _ -> {}).engine()) {
      for (int[] prompt : prompts()) {
        answers.add(continuation(engine, prompt));
      }
    }
    return answers;
  }

  private static int[] continuation(Engine engine, int[] prompt) {
    StepPlanBuilder builder = new StepPlanBuilder(engine.shape());
    int chunk = Math.min(engine.shape().prefillChunk(), engine.shape().maxStepTokens());
    int next = 0;
    for (int at = 0; at < prompt.length; at += chunk) {
      next =
          step(
              engine,
              builder,
              at,
              Arrays.copyOfRange(prompt, at, Math.min(prompt.length, at + chunk)));
    }
    int[] answer = new int[TOKENS];
    for (int i = 0; i < TOKENS; i++) {
      answer[i] = next;
      next = step(engine, builder, prompt.length + i, next);
    }
    return answer;
  }

  private static int step(Engine engine, StepPlanBuilder builder, int length, int... tokens) {
    builder.clear();
    builder.slotLength(0, length);
    builder.row(0, length, LogitsMode.CANDIDATES);
    for (int token : tokens) {
      builder.token(token);
    }
    return engine.execute(builder.plan()).candidateId(0, 0);
  }
}
