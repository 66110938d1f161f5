package kz.qaqpa.tokenizer.split;

/**
 * Scans by hand what the split patterns of Llama 3 and Qwen 2 and 3 match; they differ in the
 * number of digits in a word. Each alternative of the pattern is tried in its order; none of them
 * ever looks at a character more than three times, so the cost is linear.
 */
final class LlamaSplitter implements PreTokenizer {
  static final String LLAMA_3 =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  static final String QWEN =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  private final int maxDigits;

  LlamaSplitter(int maxDigits) {
    this.maxDigits = maxDigits;
  }

  @Override
  public void split(char[] text, int from, int to, Sink sink) {
    for (int at = from; at < to; ) {
      int end = endOfWord(text, at, to);
      sink.word(text, at, end);
      at = end;
    }
  }

  private int endOfWord(char[] text, int at, int to) {
    byte first = CharClass.at(text, at);
    if (first == CharClass.LETTER) {
      return CharClass.endOfRun(text, at, to, CharClass.LETTER);
    }
    if (first == CharClass.NUMBER) {
      return endOfDigits(text, at, to);
    }
    if (text[at] == '\'') {
      int end = Contractions.end(text, at, to, true);
      if (end > 0) {
        return end;
      }
    }
    int second = at + CharClass.lengthAt(text, at);
    byte next = second < to ? CharClass.at(text, second) : CharClass.NEWLINE;
    if (first != CharClass.NEWLINE && next == CharClass.LETTER) {
      return CharClass.endOfRun(text, second, to, CharClass.LETTER);
    }
    if (first == CharClass.OTHER || (text[at] == ' ' && second < to && next == CharClass.OTHER)) {
      int end = CharClass.endOfRun(text, second, to, CharClass.OTHER);
      return CharClass.endOfRun(text, end, to, CharClass.NEWLINE);
    }
    return endOfSpaces(text, at, to);
  }

  private int endOfDigits(char[] text, int at, int to) {
    int end = at;
    for (int n = 0; n < maxDigits && end < to; n++) {
      if (CharClass.at(text, end) != CharClass.NUMBER) {
        break;
      }
      end += CharClass.lengthAt(text, end);
    }
    return end;
  }

  /** {@code \s*[\r\n]+|\s+(?!\S)|\s+}: to the last line end, or all but the last space. */
  private static int endOfSpaces(char[] text, int at, int to) {
    int end = at;
    int lastNewline = -1;
    while (end < to && CharClass.isSpace(CharClass.ofBasic(text[end]))) {
      if (CharClass.ofBasic(text[end]) == CharClass.NEWLINE) {
        lastNewline = end;
      }
      end++;
    }
    if (lastNewline >= 0) {
      return lastNewline + 1;
    }
    return end == to || end == at + 1 ? end : end - 1;
  }
}
