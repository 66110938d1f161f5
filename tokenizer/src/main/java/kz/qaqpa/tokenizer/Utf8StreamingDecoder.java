package kz.qaqpa.tokenizer;

import java.util.Arrays;
import kz.qaqpa.tokenizer.bpe.Utf8;
import kz.qaqpa.tokenizer.bpe.Vocabulary;

/** Holds back at most three bytes: the beginning of a character. */
final class Utf8StreamingDecoder implements StreamingDecoder {
  private final Vocabulary vocabulary;
  private final StringBuilder text = new StringBuilder();
  private byte[] pending = new byte[64];
  private int length;

  Utf8StreamingDecoder(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
  }

  @Override
  public String push(int token) {
    byte[] bytes = vocabulary.bytes(token);
    if (vocabulary.isSpecial(token)) {
      return "";
    }
    if (length + bytes.length > pending.length) {
      pending = Arrays.copyOf(pending, 2 * (length + bytes.length));
    }
    System.arraycopy(bytes, 0, pending, length, bytes.length);
    length += bytes.length;
    return take(false);
  }

  @Override
  public String finish() {
    return take(true);
  }

  private String take(boolean last) {
    text.setLength(0);
    int used = Utf8.decode(pending, length, last, text);
    System.arraycopy(pending, used, pending, 0, length - used);
    length -= used;
    return text.toString();
  }
}
