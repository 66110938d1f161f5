package kz.qaqpa.flow;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.PrefixSalts;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.sample.LogitBias;
import kz.qaqpa.batching.sample.SamplingParams;
import kz.qaqpa.http.api.ChatMessage;
import kz.qaqpa.http.api.SamplingOptions;
import kz.qaqpa.http.api.TokenRules;
import kz.qaqpa.label.stamp.LabelStamper;
import kz.qaqpa.language.Language;
import kz.qaqpa.language.LanguageDetector;
import kz.qaqpa.metrics.GatewayMetrics;
import kz.qaqpa.text.InvisibleCharacters;
import kz.qaqpa.tokenizer.CharacterMeter;
import kz.qaqpa.tokenizer.StreamingDecoder;
import org.jspecify.annotations.Nullable;

/** What a client wrote to what the engine is told. Any thread. */
public final class PromptBuilder {
  /** The part of the context that is kept for an answer whose length nobody limited. */
  private static final int UNASKED_ROOM = 4;

  private static final String TOO_LONG = "context_length_exceeded";
  private static final int[] NONE = {};

  /** Bytes of a letter that is not whole yet, and no token has less than one. */
  private static final int LONGEST_BEGINNING = 3;

  private final ServedModel model;
  private final PrefixSalts salts;
  private final LabelStamper labels;
  private final GatewayMetrics metrics;
  private final RandomGenerator seeds;
  private final Duration deadline;

  /**
   * A builder.
   *
   * @param salts of the agencies
   * @param labels knows what is a notice, and how words are chosen
   * @param metrics hear what was taken out of prompts
   * @param seeds of requests without one
   * @param deadline after which an answer is ended wherever it is, unless its application has
   *     another
   */
  public PromptBuilder(
      ServedModel model,
      PrefixSalts salts,
      LabelStamper labels,
      GatewayMetrics metrics,
      RandomGenerator seeds,
      Duration deadline) {
    this.model = model;
    this.salts = salts;
    this.labels = labels;
    this.metrics = metrics;
    this.seeds = seeds;
    this.deadline = deadline;
  }

  /**
   * Checks, without tokenising, what can be told from the model alone.
   *
   * @throws Refusal.NotFound if another model is asked for
   * @throws Refusal.Forbidden if the application may not ask it
   * @throws Refusal.BadRequest if the text cannot fit, however well it tokenises
   */
  void check(Application application, Generation generation) {
    model.requireNamed(generation.model());
    application.requireAllowed(generation.model());
    for (int id : generation.sampling().logitBias().keySet()) {
      requireToken("logit_bias", id);
    }
    TokenRules rules = generation.sampling().rules();
    rules.stopTokenIds().forEach(id -> requireToken("stop_token_ids", id));
    if (rules.allowedTokenIds() != null) {
      rules.allowedTokenIds().forEach(id -> requireToken("allowed_token_ids", id));
    }
    Integer most = generation.maxTokens();
    if (most != null && rules.minTokens() > most) {
      throw Refusal.BadRequest.value(
          "min_tokens",
          Integer.toString(rules.minTokens()),
          "at most " + most + ", as " + generation.maxTokensField() + " says");
    }
    generation.prompts().forEach(model::requireShort);
  }

  private void requireToken(String field, int id) {
    if (id > model.lastToken()) {
      throw Refusal.BadRequest.value(
          field, "token " + id, "tokens of the model, 0 to " + model.lastToken());
    }
  }

  /** When an answer is to be ended, as {@link System#nanoTime} goes: whatever comes first. */
  private long end(ChatFlow.Call call) {
    Duration own = call.application().terms().deadline();
    long end = System.nanoTime() + (own == null ? deadline : own).toNanos();
    Duration wanted = call.deadline();
    if (wanted == null) {
      return end;
    }
    long clients = call.trace().startNanos() + wanted.toNanos();
    return clients - end < 0 ? clients : end;
  }

  /** Renders, tokenises and fills in what the client left open. */
  List<ReadyPrompt> build(ChatFlow.Call call) {
    TokenChoice choice = TokenChoice.of(model, call.generation().sampling().rules());
    SamplingParams asked = choice.of(sampling(call.generation().sampling()));
    SamplingParams sampling =
        call.application().terms().watermark() && asked.temperature() > 0
            ? asked.withWatermark(labels.watermark(asked.seed()))
            : asked;
    return call.generation().prompts().stream()
        .map(prompt -> ready(call, clean(prompt), sampling, choice))
        .toList();
  }

  private ReadyPrompt ready(
      ChatFlow.Call call, Prompt prompt, SamplingParams sampling, TokenChoice choice) {
    Encoded encoded = encode(call.generation(), prompt);
    int[] tokens = encoded.tokens();
    GenerationRequest request =
        new GenerationRequest(
            call.id(),
            call.agency(),
            salts.of(call.application().agency()),
            tokens,
            maxTokens(call.generation(), prompt, tokens.length),
            sampling,
            choice.stopTokens(),
            end(call),
            call.application().terms().priorityClass(),
            call.generation().priority());
    String echo = echo(prompt, tokens);
    int[] tail = prompt instanceof Prompt.Tokens ? lastOf(tokens, LONGEST_BEGINNING) : NONE;
    return new ReadyPrompt(request, encoded.characters(), encoded.language(), echo, tail);
  }

  /**
   * A conversation without what nobody sees, and without the notices that were shown with earlier
   * answers: the model is to continue what it said itself.
   */
  private Prompt clean(Prompt prompt) {
    if (!(prompt instanceof Prompt.Conversation talk)) {
      return prompt;
    }
    int removed = 0;
    List<ChatMessage> messages = new ArrayList<>(talk.messages().size());
    for (ChatMessage message : talk.messages()) {
      InvisibleCharacters.Cleaned cleaned = InvisibleCharacters.clean(message.content());
      removed += cleaned.removed();
      messages.add(
          new ChatMessage(
              message.role(),
              message.role().equals("assistant") ? labels.strip(cleaned.text()) : cleaned.text()));
    }
    metrics.invisible(removed);
    return new Prompt.Conversation(messages, talk.dropOldest(), talk.field());
  }

  private String echo(Prompt prompt, int[] tokens) {
    return switch (prompt) {
      case Prompt.Conversation _ -> "";
      case Prompt.Text text -> text.echo() ? text.text() : "";
      case Prompt.Tokens ids -> ids.echo() ? text(tokens) : "";
    };
  }

  /** The text of tokens without the beginning of a letter at their end. */
  private String text(int[] tokens) {
    StreamingDecoder decoder = model.tokenizer().streamingDecoder();
    StringBuilder text = new StringBuilder();
    for (int token : tokens) {
      text.append(decoder.push(token));
    }
    return text.toString();
  }

  private static int[] lastOf(int[] tokens, int most) {
    return Arrays.copyOfRange(tokens, Math.max(0, tokens.length - most), tokens.length);
  }

  /** Tokens, and characters of the text that they are of. */
  @SuppressWarnings("ArrayRecordComponent") // Handed on once; never changed.
  private record Encoded(int[] tokens, long characters, Language language) {
    static Encoded of(Turns.Kept kept) {
      long characters = 0;
      for (ChatMessage message : kept.messages()) {
        characters += CharacterMeter.count(message.content());
      }
      return new Encoded(
          kept.tokens(), characters, LanguageDetector.detect(question(kept.messages())));
    }

    static Encoded of(int[] tokens, String text) {
      return new Encoded(tokens, CharacterMeter.count(text), LanguageDetector.detect(text));
    }

    /** What a user said last; instructions around it may be in another language. */
    private static String question(List<ChatMessage> messages) {
      return messages.reversed().stream()
          .filter(message -> message.role().equals("user"))
          .findFirst()
          .orElse(messages.getLast())
          .content();
    }
  }

  private Encoded encode(Generation generation, Prompt prompt) {
    return switch (prompt) {
      case Prompt.Conversation talk when talk.dropOldest() ->
          Encoded.of(
              new Turns(talk.messages())
                  .fit(
                      model.mostBytes(),
                      model.contextLength() - answerRoom(generation),
                      kept ->
                          model.encode(new Prompt.Conversation(kept, false, talk.field()), true)));
      case Prompt.Conversation talk ->
          Encoded.of(new Turns.Kept(talk.messages(), model.encode(talk, true)));
      case Prompt.Text text -> {
        int[] tokens = model.encode(text, true);
        if (tokens.length == 0) {
          throw Refusal.BadRequest.value(
              text.field(), "0 tokens", "at least 1, as " + model.id() + " has no start token");
        }
        yield Encoded.of(tokens, text.text());
      }
      case Prompt.Tokens ids -> {
        int[] tokens = model.require(ids);
        yield Encoded.of(tokens, model.tokenizer().decode(tokens, true));
      }
    };
  }

  /** What is left of the context for the answer when turns are left out for it. */
  private int answerRoom(Generation generation) {
    Integer asked = generation.maxTokens();
    return asked == null ? Math.max(1, model.contextLength() / UNASKED_ROOM) : asked;
  }

  private int maxTokens(Generation generation, Prompt prompt, int promptTokens) {
    int room = room(prompt, promptTokens);
    Integer asked = generation.maxTokens();
    if (asked != null && asked > room) {
      throw tooLong(
          generation.maxTokensField(),
          asked.toString(),
          room,
          prompt.field() + ": " + promptTokens + " tokens, and " + context());
    }
    return asked == null ? room : asked;
  }

  /** Tokens that are left for an answer, at least 1. */
  private int room(Prompt prompt, int promptTokens) {
    int room = model.contextLength() - promptTokens;
    if (room < 1) {
      throw tooLong(prompt.field(), promptTokens + " tokens", model.contextLength() - 1, context());
    }
    return room;
  }

  private String context() {
    return "the context of " + model.id() + " is " + model.contextLength();
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
