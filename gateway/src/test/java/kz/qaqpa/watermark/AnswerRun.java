package kz.qaqpa.watermark;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import kz.qaqpa.batching.BatchingEngine;
import kz.qaqpa.batching.BatchingEngines;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.TokenEvent;
import kz.qaqpa.batching.TokenStream;
import kz.qaqpa.batching.sample.SamplingParams;
import kz.qaqpa.batching.sample.TokenMask;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.EngineProvider;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.fixture.EngineProviders;
import kz.qaqpa.flow.ServedModel;
import kz.qaqpa.tokenizer.BpeTokenizer;
import kz.qaqpa.tokenizer.ChatTemplate;
import kz.qaqpa.tokenizer.Message;
import kz.qaqpa.tokenizer.Tokenizer;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Schedulers;

/**
 * Answers of the shipped model on the embedded engine, through the step loop, of the length that
 * was asked for. The model was taught short answers that it is sure of; to make long ones, what
 * ends an answer is masked, and on demand what ends a sentence: behind a full stop the model
 * expects its answer to end, and what it says then it spells as no tokenizer would.
 */
final class AnswerRun implements AutoCloseable {
  static final Path MODEL =
      Path.of(System.getProperty("qaqpa.root", ".."), "config", "models", "kaz-mini");

  private final Tokenizer tokenizer = BpeTokenizer.load(MODEL);
  private final ChatTemplate template = ChatTemplate.load(MODEL, tokenizer);
  private final TokenMask mask;
  private final BatchingEngine batching;

  private AnswerRun(Engine engine, boolean fullStops) {
    int vocabulary = engine.shape().vocabulary();
    TokenMask controls = ServedModel.controlTokens(tokenizer, vocabulary, new int[0]);
    this.mask =
        TokenMask.of(
            vocabulary,
            IntStream.range(0, vocabulary)
                .filter(id -> controls.contains(id) || (!fullStops && endsSentence(id)))
                .toArray());
    BatchingSettings settings = BatchingSettings.defaults().withReuseDecodedPrefixes(false);
    this.batching = BatchingEngines.start(engine, "kaz-mini", settings);
  }

  private boolean endsSentence(int id) {
    return new String(tokenizer.bytes(id), StandardCharsets.UTF_8).matches("(?s).*[.!?»]");
  }

  /** How tokens are filtered and drawn. */
  record Drawing(double temperature, double topP) {}

  /**
   * Opens the model in f32.
   *
   * @param fullStops whether sentences may end
   * @param cache folder for the engine's files
   */
  static AnswerRun open(boolean fullStops, int slots, int slotLength, int threads, Path cache) {
    EngineProvider cpu = EngineProviders.named("cpu");
    EngineSettings settings = new EngineSettings("f32", slots, slotLength, threads, cache);
    return new AnswerRun(cpu.open(MODEL, settings, line -> {}).engine(), fullStops);
  }

  Tokenizer tokenizer() {
    return tokenizer;
  }

  /**
   * One answer to each question.
   *
   * @param keys whose watermark they get, or null
   */
  List<int[]> answers(
      List<String> questions,
      Drawing drawing,
      int length,
      @Nullable WatermarkKeys keys,
      RandomGenerator random) {
    List<CompletableFuture<List<TokenEvent>>> running = new ArrayList<>();
    for (String question : questions) {
      TokenStream stream = batching.submit(request(question, drawing, length, keys, random));
      running.add(stream.flux(Schedulers.single()).collectList().toFuture());
    }
    List<int[]> answers = new ArrayList<>();
    for (CompletableFuture<List<TokenEvent>> answer : running) {
      answers.add(
          await(answer).stream()
              .filter(TokenEvent.Token.class::isInstance)
              .mapToInt(event -> ((TokenEvent.Token) event).id())
              .toArray());
    }
    return answers;
  }

  private static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("an answer failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private GenerationRequest request(
      String question,
      Drawing drawing,
      int length,
      @Nullable WatermarkKeys keys,
      RandomGenerator random) {
    long seed = random.nextLong();
    SamplingParams sampling =
        new SamplingParams(drawing.temperature(), 0, drawing.topP(), 0, 1, 0, 0, seed, -1)
            .withMask(mask)
            .withWatermark(keys == null ? null : keys.watermark(seed));
    int[] prompt = template.encode(List.of(new Message("user", question)), true);
    return new GenerationRequest(
        "r", "bench", 1, prompt, length, sampling, new int[0], Long.MAX_VALUE);
  }

  @Override
  public void close() {
    batching.close();
  }
}
