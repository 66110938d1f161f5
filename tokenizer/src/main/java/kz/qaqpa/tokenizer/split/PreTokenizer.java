package kz.qaqpa.tokenizer.split;

import java.util.List;

/**
 * Splits text into the words that BPE works on. The words of a text, in order, make up the text,
 * except where a stage puts a space in front.
 *
 * <p>Immutable, shared by all threads.
 */
@FunctionalInterface
public interface PreTokenizer {
  /** The split pattern of Llama 3. */
  String LLAMA_3 = LlamaSplitter.LLAMA_3;

  /** That of Qwen 2 and 3. */
  String QWEN = LlamaSplitter.QWEN;

  /** That of GPT-2. */
  String GPT_2 = Gpt2Splitter.PATTERN;

  /**
   * Splits {@code text[from, to)}, well-formed UTF-16.
   *
   * @param sink takes the words, none of them empty
   */
  void split(char[] text, int from, int to, Sink sink);

  /** Takes words. */
  @FunctionalInterface
  interface Sink {
    /** The word {@code text[from, to)}; the array may be reused after the call. */
    void word(char[] text, int from, int to);
  }

  /** One stage after the other, each of them working on the words of the one before. */
  static PreTokenizer sequence(List<PreTokenizer> stages) {
    if (stages.isEmpty()) {
      return (text, from, to, sink) -> {
        if (from < to) {
          sink.word(text, from, to);
        }
      };
    }
    PreTokenizer all = stages.getLast();
    for (int i = stages.size() - 2; i >= 0; i--) {
      PreTokenizer first = stages.get(i);
      PreTokenizer rest = all;
      all =
          (text, from, to, sink) ->
              first.split(text, from, to, (t, f, e) -> rest.split(t, f, e, sink));
    }
    return all;
  }

  /** Puts a space in front of text that does not begin with one. */
  static PreTokenizer prefixSpace() {
    return (text, from, to, sink) -> {
      if (from < to && text[from] == ' ') {
        sink.word(text, from, to);
        return;
      }
      char[] longer = new char[to - from + 1];
      longer[0] = ' ';
      System.arraycopy(text, from, longer, 1, to - from);
      sink.word(longer, 0, longer.length);
    };
  }

  /** Cuts out every occurrence of a text that is not empty. */
  static PreTokenizer literal(String literal) {
    char[] wanted = literal.toCharArray();
    return (text, from, to, sink) -> {
      int done = from;
      for (int at = from; at + wanted.length <= to; ) {
        if (java.util.Arrays.equals(text, at, at + wanted.length, wanted, 0, wanted.length)) {
          if (done < at) {
            sink.word(text, done, at);
          }
          sink.word(text, at, at + wanted.length);
          at += wanted.length;
          done = at;
        } else {
          at++;
        }
      }
      if (done < to) {
        sink.word(text, done, to);
      }
    };
  }

  /**
   * Splits by a regular expression of Oniguruma; those of the Llama 3, Qwen and GPT-2 families have
   * scanners by hand, which give the same words in a tenth of the time.
   *
   * @throws IllegalArgumentException if the pattern uses what is not supported, naming it
   */
  static PreTokenizer regex(String pattern) {
    return switch (pattern) {
      case LlamaSplitter.LLAMA_3 -> new LlamaSplitter(3);
      case LlamaSplitter.QWEN -> new LlamaSplitter(1);
      case Gpt2Splitter.PATTERN -> new Gpt2Splitter();
      default -> new RegexSplitter(pattern);
    };
  }

  /** The pattern that a ByteLevel pre-tokenizer brings along. */
  static PreTokenizer gpt2() {
    return new Gpt2Splitter();
  }
}
