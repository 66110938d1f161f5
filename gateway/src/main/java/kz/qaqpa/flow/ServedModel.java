package kz.qaqpa.flow;

import java.util.List;
import java.util.stream.IntStream;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.batching.sample.TokenMask;
import kz.qaqpa.engine.model.GenerationDefaults;
import kz.qaqpa.http.api.ChatMessage;
import kz.qaqpa.http.api.ModelCard;
import kz.qaqpa.http.api.Shown;
import kz.qaqpa.tokenizer.Tokenizer;
import kz.qaqpa.tokenizer.Tokenizer.SpecialTokens;

/**
 * The model that answers, as the pipeline needs to know it.
 *
 * @param id its name on the wire, printable ASCII
 * @param tokenizer its tokenizer
 * @param prompts its chat template with its tokenizer
 * @param contextLength tokens of prompt and answer together
 * @param stopTokens ids that end an answer
 * @param defaults sampling where a request says nothing
 * @param longestTokenBytes most bytes that one token stands for
 * @param mask tokens that no answer may have
 * @param card what its files say of it
 */
@SuppressWarnings("ArrayRecordComponent") // Handed to every request as it is; never changed.
public record ServedModel(
    String id,
    Tokenizer tokenizer,
    PromptEncoder prompts,
    int contextLength,
    int[] stopTokens,
    GenerationDefaults defaults,
    int longestTokenBytes,
    TokenMask mask,
    ModelCard card) {

  /** A conversation to token ids. Any thread; may take long. */
  @FunctionalInterface
  public interface PromptEncoder {
    /**
     * Renders and encodes.
     *
     * @throws IllegalArgumentException if the model's template refuses the conversation
     */
    int[] encode(List<ChatMessage> messages);

    /**
     * The same, with or without the beginning of the answer's turn.
     *
     * @param answerFollows false for the conversation alone, where the encoder can tell
     */
    default int[] encode(List<ChatMessage> messages, boolean answerFollows) {
      return encode(messages);
    }
  }

  /**
   * Refuses another model's name.
   *
   * @throws Refusal.NotFound unless it is this model's
   */
  public void requireNamed(String asked) {
    if (!asked.equals(id)) {
      throw new Refusal.NotFound(
          "model",
          "model_not_found",
          "model: " + Shown.text(asked) + " (expected: \"" + id + "\")");
    }
  }

  /**
   * Refuses a prompt that cannot fit, however well it tokenises, before anybody tokenises it.
   *
   * @throws Refusal.BadRequest naming the field and both lengths
   */
  public void requireShort(Prompt prompt) {
    switch (prompt) {
      case Prompt.Conversation talk when talk.dropOldest() ->
          requireAtMost(
              talk.field(),
              new Turns(talk.messages()).leastCharacters(),
              mostBytes(),
              "characters");
      case Prompt.Conversation talk ->
          requireAtMost(
              talk.field(),
              talk.messages().stream().mapToLong(message -> message.content().length()).sum(),
              mostBytes(),
              "characters");
      case Prompt.Text text ->
          requireAtMost(text.field(), text.text().length(), mostBytes(), "characters");
      case Prompt.Tokens tokens ->
          requireAtMost(tokens.field(), tokens.ids().length, contextLength, "tokens");
    }
  }

  /** Most bytes that the context can hold; each character is at least one. */
  long mostBytes() {
    return (long) contextLength * longestTokenBytes;
  }

  private void requireAtMost(String field, long found, long most, String unit) {
    if (found > most) {
      throw new Refusal.BadRequest(
          field,
          "context_length_exceeded",
          field
              + ": "
              + found
              + " "
              + unit
              + " (expected: at most "
              + most
              + ", as the context of "
              + id
              + " is "
              + contextLength
              + " tokens)");
    }
  }

  /**
   * Renders and encodes a conversation. May take long.
   *
   * @param answerFollows whether the beginning of the answer's turn is added
   * @throws Refusal.BadRequest if the model's template refuses it; the message is ours, since a
   *     template's own may repeat what the user wrote
   */
  public int[] encode(Prompt.Conversation talk, boolean answerFollows) {
    try {
      return prompts.encode(talk.messages(), answerFollows);
    } catch (IllegalArgumentException e) {
      throw Refusal.BadRequest.value(
          talk.field(), "refused by the model's chat template", "a conversation that it takes");
    }
  }

  /**
   * Encodes plain text. May take long.
   *
   * @param started whether the tokens that begin a text of this model come first
   */
  public int[] encode(Prompt.Text text, boolean started) {
    int[] tokens = tokenizer.encode(text.text(), SpecialTokens.AS_TEXT);
    return started ? started(tokens) : tokens;
  }

  /** Tokens after those that begin a text of this model. */
  public int[] started(int[] tokens) {
    int[] start = tokenizer.startTokens();
    return start.length == 0
        ? tokens
        : IntStream.concat(IntStream.of(start), IntStream.of(tokens)).toArray();
  }

  /**
   * Token ids, once it is sure that the vocabulary has them.
   *
   * @throws Refusal.BadRequest naming the place of one that it has not
   */
  public int[] require(Prompt.Tokens tokens) {
    for (int i = 0; i < tokens.ids().length; i++) {
      int id = tokens.ids()[i];
      if (id < 0 || id > lastToken() || lengthOf(tokenizer, id) == 0) {
        throw Refusal.BadRequest.value(
            tokens.field() + "[" + i + "]", "no token", "token ids, 0 to " + lastToken());
      }
    }
    return tokens.ids();
  }

  /** The longest token of a vocabulary in bytes. Walks the whole vocabulary. */
  public static int longestToken(Tokenizer tokenizer) {
    int longest = 1;
    for (int id = 0; id < tokenizer.vocabularySize(); id++) {
      longest = Math.max(longest, lengthOf(tokenizer, id));
    }
    return longest;
  }

  /** The same with another card. */
  public ServedModel withCard(ModelCard other) {
    return new ServedModel(
        id,
        tokenizer,
        prompts,
        contextLength,
        stopTokens,
        defaults,
        longestTokenBytes,
        mask,
        other);
  }

  /** The id of the vocabulary that is highest. */
  public int lastToken() {
    return tokenizer.vocabularySize() - 1;
  }

  /**
   * What no answer may have: control tokens that do not end one, and ids that stand for nothing,
   * such as those that fill a matrix up. Walks the whole vocabulary; made once for a model.
   *
   * @param vocabulary logits that the engine gives
   */
  public static TokenMask controlTokens(Tokenizer tokenizer, int vocabulary, int[] stopTokens) {
    int[] masked =
        IntStream.range(0, vocabulary)
            .filter(id -> IntStream.of(stopTokens).noneMatch(stop -> stop == id))
            .filter(id ->
                id >= tokenizer.vocabularySize()
                    || lengthOf(tokenizer, id) == 0
                    || tokenizer.isSpecial(id))
            .toArray();
    return TokenMask.of(vocabulary, masked);
  }

  private static int lengthOf(Tokenizer tokenizer, int id) {
    try {
      return tokenizer.bytes(id).length;
    } catch (IllegalArgumentException e) {
      return 0; // Vocabularies have holes.
    }
  }
}
