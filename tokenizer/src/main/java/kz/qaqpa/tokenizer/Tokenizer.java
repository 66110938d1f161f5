package kz.qaqpa.tokenizer;

import java.util.BitSet;
import java.util.OptionalInt;

/**
 * Text to token ids and back, with the same ids as Hugging Face's library on every input.
 *
 * <p>Immutable as seen from outside, shared by all threads.
 */
public interface Tokenizer {

  /** One more than the highest id that {@link #encode} can give. */
  int vocabularySize();

  /**
   * Encodes text.
   *
   * @param text well-formed UTF-16
   * @param special whether special tokens written out in the text become those tokens
   * @throws IllegalArgumentException if the text has an unpaired surrogate; the message gives its
   *     index, not the text
   */
  int[] encode(CharSequence text, SpecialTokens special);

  /**
   * Encodes a rendered template in which some characters are somebody's words: written-out special
   * tokens become those tokens, but none that such a character would be a part of.
   *
   * @param text well-formed UTF-16
   * @param literal the characters that are letters and nothing else, by index into {@code text}
   * @throws IllegalArgumentException as {@link #encode(CharSequence, SpecialTokens)}
   */
  int[] encode(CharSequence text, BitSet literal);

  /**
   * Decodes a whole sequence. Bytes that are no UTF-8 become U+FFFD, as in Hugging Face's library;
   * a stream wants {@link #streamingDecoder()} instead.
   *
   * @param skipSpecial whether special tokens are left out
   * @throws IllegalArgumentException naming an id that the vocabulary does not have
   */
  String decode(int[] ids, boolean skipSpecial);

  /** The UTF-8 bytes that a token stands for; a copy. Special tokens give those of their name. */
  byte[] bytes(int id);

  /** Whether the token is marked special, so that decoding may leave it out. */
  boolean isSpecial(int id);

  /** Id of an added token by its exact content, for instance {@code <|eot_id|>}. */
  OptionalInt specialTokenId(String content);

  /**
   * What the model expects before a plain text, as its files say: most often one token that says
   * that a text begins, or nothing. {@link #encode} does not add it, chat templates write it.
   *
   * @return a copy
   */
  int[] startTokens();

  /** A decoder for one stream. */
  StreamingDecoder streamingDecoder();

  /** What to do with special tokens that are written out in a text. */
  enum SpecialTokens {
    /** They become the tokens: for a rendered template. */
    RECOGNISE,
    /** They are letters like others: for what a user wrote. */
    AS_TEXT
  }
}
