package kz.qaqpa.flow;

import java.time.Duration;
import java.util.random.RandomGenerator;
import kz.qaqpa.admission.PrefixSalts;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.sample.SamplingParams;
import kz.qaqpa.http.api.ChatMessage;
import kz.qaqpa.http.api.ChatRequest;
import kz.qaqpa.http.api.Shown;
import org.jspecify.annotations.Nullable;

/** What a client wrote to what the engine is told. Any thread. */
final class PromptBuilder {
  private static final String TOO_LONG = "context_length_exceeded";

  private final ServedModel model;
  private final PrefixSalts salts;
  private final RandomGenerator seeds;
  private final Duration deadline;

  PromptBuilder(ServedModel model, PrefixSalts salts, RandomGenerator seeds, Duration deadline) {
    this.model = model;
    this.salts = salts;
    this.seeds = seeds;
    this.deadline = deadline;
  }

  /**
   * Checks, without tokenising, what can be told from the model alone.
   *
   * @throws Refusal.NotFound if another model is asked for
   * @throws Refusal.BadRequest if the text cannot fit, however well it tokenises
   */
  void check(ChatRequest request) {
    if (!request.model().equals(model.id())) {
      throw new Refusal.NotFound(
          "model",
          "model_not_found",
          "model: " + Shown.text(request.model()) + " (expected: \"" + model.id() + "\")");
    }
    long most = (long) model.contextLength() * model.longestTokenBytes();
    long characters = 0;
    for (ChatMessage message : request.messages()) {
      characters += message.content().length(); // Each is at least one byte.
    }
    if (characters > most) {
      throw new Refusal.BadRequest(
          "messages",
          TOO_LONG,
          "messages: "
              + characters
              + " characters (expected: at most "
              + model.contextLength()
              + " tokens, at most "
              + most
              + " characters)");
    }
  }

  /** Renders, tokenises and fills in what the client left open. */
  GenerationRequest build(ChatFlow.Call call) {
    ChatRequest request = call.request();
    int[] tokens = encode(request);
    return new GenerationRequest(
        call.id(),
        call.agency(),
        salts.of(call.application().agency()),
        tokens,
        maxTokens(request, tokens.length),
        sampling(request),
        model.stopTokens(),
        System.nanoTime() + deadline.toNanos());
  }

  private int[] encode(ChatRequest request) {
    try {
      return model.prompts().encode(request.messages());
    } catch (IllegalArgumentException e) {
      // A template's own message may repeat what the user wrote.
      throw new Refusal.BadRequest(
          "messages",
          "invalid_value",
          "messages: refused by the model's chat template (expected: a conversation that it takes)");
    }
  }

  private int maxTokens(ChatRequest request, int promptTokens) {
    int room = model.contextLength() - promptTokens;
    if (room < 1) {
      throw new Refusal.BadRequest(
          "messages",
          TOO_LONG,
          "messages: "
              + promptTokens
              + " tokens (expected: at most "
              + (model.contextLength() - 1)
              + ", the context of "
              + model.id()
              + " being "
              + model.contextLength()
              + ")");
    }
    Integer asked = request.maxTokens();
    if (asked != null && asked > room) {
      throw new Refusal.BadRequest(
          "max_completion_tokens",
          TOO_LONG,
          "max_completion_tokens: "
              + asked
              + " (expected: at most "
              + room
              + ", as the messages are "
              + promptTokens
              + " tokens and the context of "
              + model.id()
              + " is "
              + model.contextLength()
              + ")");
    }
    return asked == null ? room : asked;
  }

  private SamplingParams sampling(ChatRequest request) {
    Integer topK = request.topK();
    Long seed = request.seed();
    return new SamplingParams(
        or(request.temperature(), model.defaults().temperature()),
        topK == null ? model.defaults().topK() : Math.max(topK, 0),
        or(request.topP(), model.defaults().topP()),
        or(request.minP(), 0),
        or(request.repetitionPenalty(), 1),
        or(request.frequencyPenalty(), 0),
        or(request.presencePenalty(), 0),
        seed == null ? seeds.nextLong() : seed,
        -1);
  }

  private static double or(@Nullable Double value, double fallback) {
    return value == null ? fallback : value;
  }
}
