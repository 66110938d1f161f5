package kz.qaqpa.tokenizer;

/**
 * Turns the tokens of one stream into text as they come, holding back an incomplete UTF-8
 * character: a Kazakh letter is two bytes, and byte-level vocabularies split it.
 *
 * <p>Confined to one thread at a time.
 */
public interface StreamingDecoder {

  /**
   * Takes the next token.
   *
   * @return the text that is complete now, often empty; special tokens give none
   */
  String push(int token);

  /**
   * Ends the stream.
   *
   * @return what was held back; an incomplete character at the very end becomes U+FFFD
   */
  String finish();
}
