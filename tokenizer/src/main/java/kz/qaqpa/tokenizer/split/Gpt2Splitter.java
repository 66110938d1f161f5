package kz.qaqpa.tokenizer.split;

/** Scans by hand what the split pattern of GPT-2 matches, in linear time. */
final class Gpt2Splitter implements PreTokenizer {
  static final String PATTERN =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

  @Override
  public void split(char[] text, int from, int to, Sink sink) {
    for (int at = from; at < to; ) {
      int end = endOfWord(text, at, to);
      sink.word(text, at, end);
      at = end;
    }
  }

  private static int endOfWord(char[] text, int at, int to) {
    if (text[at] == '\'') {
      int end = Contractions.end(text, at, to, false);
      if (end > 0) {
        return end;
      }
    }
    int start = text[at] == ' ' && at + 1 < to ? at + 1 : at;
    byte kind = CharClass.at(text, start);
    if (!CharClass.isSpace(kind)) {
      return CharClass.endOfRun(text, start, to, kind);
    }
    int end = at;
    while (end < to && CharClass.isSpace(CharClass.ofBasic(text[end]))) {
      end++;
    }
    return end == to || end == at + 1 ? end : end - 1;
  }
}
