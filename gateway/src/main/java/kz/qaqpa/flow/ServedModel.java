package kz.qaqpa.flow;

import java.util.List;
import java.util.stream.IntStream;
import kz.qaqpa.batching.sample.TokenMask;
import kz.qaqpa.engine.model.GenerationDefaults;
import kz.qaqpa.http.api.ChatMessage;
import kz.qaqpa.tokenizer.Tokenizer;

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
    TokenMask mask) {

  /** A conversation to token ids. Any thread; may take long. */
  @FunctionalInterface
  public interface PromptEncoder {
    /**
     * Renders and encodes.
     *
     * @throws IllegalArgumentException if the model's template refuses the conversation
     */
    int[] encode(List<ChatMessage> messages);
  }

  /** The longest token of a vocabulary in bytes. Walks the whole vocabulary. */
  public static int longestToken(Tokenizer tokenizer) {
    int longest = 1;
    for (int id = 0; id < tokenizer.vocabularySize(); id++) {
      longest = Math.max(longest, lengthOf(tokenizer, id));
    }
    return longest;
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
