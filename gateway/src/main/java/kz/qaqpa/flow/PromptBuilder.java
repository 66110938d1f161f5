package kz.qaqpa.flow;

import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import kz.qaqpa.admission.PrefixSalts;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.sample.LogitBias;
import kz.qaqpa.batching.sample.SamplingParams;
import kz.qaqpa.http.api.ChatMessage;
import kz.qaqpa.http.api.SamplingOptions;
import kz.qaqpa.http.api.Shown;
import kz.qaqpa.tokenizer.CharacterMeter;
import kz.qaqpa.tokenizer.Tokenizer.SpecialTokens;
import org.jspecify.annotations.Nullable;

/** What a client wrote to what the engine is told. Any thread. */
final class PromptBuilder {
  /** The part of the context that is kept for an answer whose length nobody limited. */
  private static final int UNASKED_ROOM = 4;

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
  void check(Generation generation) {
    if (!generation.model().equals(model.id())) {
      throw new Refusal.NotFound(
          "model",
          "model_not_found",
          "model: " + Shown.text(generation.model()) + " (expected: \"" + model.id() + "\")");
    }
    for (int id : generation.sampling().logitBias().keySet()) {
      if (id > model.lastToken()) {
        throw Refusal.BadRequest.value(
            "logit_bias", "token " + id, "tokens of the model, 0 to " + model.lastToken());
      }
    }
    for (Prompt prompt : generation.prompts()) {
      checkLength(prompt);
    }
  }

  private void checkLength(Prompt prompt) {
    long most = mostCharacters();
    long characters =
        switch (prompt) {
          case Prompt.Conversation talk when talk.dropOldest() ->
              new Turns(talk.messages()).leastCharacters();
          case Prompt.Conversation talk ->
              talk.messages().stream().mapToLong(message -> message.content().length()).sum();
          case Prompt.Text text -> text.text().length();
          case Prompt.Tokens _ -> 0;
        };
    if (characters > most) {
      throw new Refusal.BadRequest(
          prompt.name(),
          TOO_LONG,
          prompt.name()
              + ": "
              + characters
              + " characters (expected: at most "
              + model.contextLength()
              + " tokens, at most "
              + most
              + " characters)");
    }
  }

  /** What the context can hold at most: each character is at least one byte. */
  private long mostCharacters() {
    return (long) model.contextLength() * model.longestTokenBytes();
  }

  /**
   * A request of one prompt.
   *
   * @param characters characters of the text that was written, without the template's own words
   */
  record Built(GenerationRequest request, long characters) {

    /** The same with an answer of at most so many tokens. */
    Built capped(int most) {
      return request.maxTokens() > most ? new Built(request.withMaxTokens(most), characters) : this;
    }
  }

  /** Renders, tokenises and fills in what the client left open; one request for each prompt. */
  List<Built> build(ChatFlow.Call call) {
    Generation generation = call.generation();
    SamplingParams sampling = sampling(generation.sampling());
    return generation.prompts().stream()
        .map(prompt -> {
          Encoded encoded = encode(generation, prompt);
          GenerationRequest request =
              new GenerationRequest(
                  call.id(),
                  call.agency(),
                  salts.of(call.application().agency()),
                  encoded.tokens(),
                  maxTokens(generation, prompt, encoded.tokens().length),
                  sampling,
                  model.stopTokens(),
                  System.nanoTime() + deadline.toNanos(),
                  generation.priority());
          return new Built(request, encoded.characters());
        })
        .toList();
  }

  /** Tokens, and characters of the text that they are of. */
  @SuppressWarnings("ArrayRecordComponent") // Handed on once; never changed.
  private record Encoded(int[] tokens, long characters) {
    static Encoded of(Turns.Kept kept) {
      long characters = 0;
      for (ChatMessage message : kept.messages()) {
        characters += CharacterMeter.count(message.content());
      }
      return new Encoded(kept.tokens(), characters);
    }
  }

  private Encoded encode(Generation generation, Prompt prompt) {
    return switch (prompt) {
      case Prompt.Conversation talk when talk.dropOldest() ->
          Encoded.of(
              new Turns(talk.messages())
                  .fit(
                      mostCharacters(),
                      model.contextLength() - answerRoom(generation),
                      messages -> encode(talk, messages)));
      case Prompt.Conversation talk ->
          Encoded.of(new Turns.Kept(talk.messages(), encode(talk, talk.messages())));
      case Prompt.Text text ->
          new Encoded(
              model.tokenizer().encode(text.text(), SpecialTokens.AS_TEXT),
              CharacterMeter.count(text.text()));
      case Prompt.Tokens tokens ->
          new Encoded(
              tokens.ids(), CharacterMeter.count(model.tokenizer().decode(tokens.ids(), true)));
    };
  }

  /** What is left of the context for the answer when turns are left out for it. */
  private int answerRoom(Generation generation) {
    Integer asked = generation.maxTokens();
    return asked == null ? Math.max(1, model.contextLength() / UNASKED_ROOM) : asked;
  }

  private int[] encode(Prompt.Conversation talk, List<ChatMessage> messages) {
    try {
      return model.prompts().encode(messages);
    } catch (IllegalArgumentException e) {
      // A template's own message may repeat what the user wrote.
      throw Refusal.BadRequest.value(
          talk.field(), "refused by the model's chat template", "a conversation that it takes");
    }
  }

  private int maxTokens(Generation generation, Prompt prompt, int promptTokens) {
    int room = model.contextLength() - promptTokens;
    String context = "the context of " + model.id() + " is " + model.contextLength();
    if (room < 1) {
      throw tooLong(prompt.name(), promptTokens + " tokens", model.contextLength() - 1, context);
    }
    Integer asked = generation.maxTokens();
    if (asked != null && asked > room) {
      throw tooLong(
          generation.maxTokensField(),
          asked.toString(),
          room,
          prompt.name() + ": " + promptTokens + " tokens, and " + context);
    }
    return asked == null ? room : asked;
  }

  private static Refusal tooLong(String field, String found, int most, String reason) {
    return new Refusal.BadRequest(
        field,
        TOO_LONG,
        field + ": " + found + " (expected: at most " + most + ", as " + reason + ")");
  }

  private SamplingParams sampling(SamplingOptions options) {
    Integer topK = options.topK();
    Long seed = options.seed();
    return new SamplingParams(
        or(options.temperature(), model.defaults().temperature()),
        topK == null ? model.defaults().topK() : Math.max(topK, 0),
        or(options.topP(), model.defaults().topP()),
        or(options.minP(), 0),
        or(options.repetitionPenalty(), 1),
        or(options.frequencyPenalty(), 0),
        or(options.presencePenalty(), 0),
        seed == null ? seeds.nextLong() : seed,
        options.topLogprobs(),
        LogitBias.of(options.logitBias()),
        model.mask());
  }

  private static double or(@Nullable Double value, double fallback) {
    return value == null ? fallback : value;
  }
}
