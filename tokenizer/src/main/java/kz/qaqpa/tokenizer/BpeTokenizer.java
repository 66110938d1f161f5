package kz.qaqpa.tokenizer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import kz.qaqpa.tokenizer.bpe.AddedToken;
import kz.qaqpa.tokenizer.bpe.AddedTokens;
import kz.qaqpa.tokenizer.bpe.BpeModel;
import kz.qaqpa.tokenizer.bpe.IntList;
import kz.qaqpa.tokenizer.bpe.Utf8;
import kz.qaqpa.tokenizer.bpe.Vocabulary;
import kz.qaqpa.tokenizer.file.TokenizerConfig;
import kz.qaqpa.tokenizer.file.TokenizerFileException;
import kz.qaqpa.tokenizer.file.TokenizerJson;
import kz.qaqpa.tokenizer.split.Nfc;
import kz.qaqpa.tokenizer.split.PreTokenizer;
import org.jspecify.annotations.Nullable;

/**
 * A byte-level BPE tokenizer from Hugging Face's files: those of Llama 3, Qwen 2 and 3 and GPT-2
 * and of models that follow them. Ids are those of Hugging Face's library with {@code
 * add_special_tokens=False}.
 *
 * <p>A text passes these stages: tokens that were added to the vocabulary are cut out; what lies
 * between them is normalised; added tokens that are searched in normalised text are cut out; the
 * rest is split into words, and words become tokens by merging bytes.
 */
public final class BpeTokenizer implements Tokenizer {
  private final Vocabulary vocabulary;
  private final BpeModel model;
  private final PreTokenizer preTokenizer;
  private final boolean nfc;
  private final AddedTokens addedBeforeNormalizing;
  private final AddedTokens addedAfterNormalizing;
  private final Map<String, Integer> addedIds = new HashMap<>();
  private final int[] start;

  private BpeTokenizer(Path folder, TokenizerJson json, TokenizerConfig config) {
    model = json.model();
    vocabulary = model.vocabulary();
    preTokenizer = json.preTokenizer();
    nfc = json.nfc();
    List<AddedToken> before = new ArrayList<>();
    List<AddedToken> after = new ArrayList<>();
    for (AddedToken token : json.added()) {
      (token.normalized() ? after : before).add(token);
      addedIds.put(token.content(), token.id());
    }
    addedBeforeNormalizing =
        new AddedTokens(before, before.stream().map(AddedToken::content).toList());
    addedAfterNormalizing =
        new AddedTokens(after, after.stream().map(t -> normalize(t.content())).toList());
    check(folder, "bos_token", config.beginOfText());
    check(folder, "eos_token", config.endOfText());
    start = start(folder, json.start(), config);
  }

  /** Where both files say something, it is the configuration that counts, as in the library. */
  private int[] start(Path folder, List<Integer> processor, TokenizerConfig config) {
    Boolean added = config.addBeginOfText();
    if (added == null) {
      return processor.stream().mapToInt(Integer::intValue).toArray();
    }
    if (!added) {
      return new int[0];
    }
    Integer begin = addedIds.get(String.valueOf(config.beginOfText()));
    if (begin == null) {
      throw new TokenizerFileException(
          folder.resolve("tokenizer_config.json"),
          "add_bos_token: true (expected: a bos_token beside it)");
    }
    return new int[] {begin};
  }

  /**
   * Reads {@code tokenizer.json} and, if there is one, {@code tokenizer_config.json}.
   *
   * @param folder the folder of the model
   * @throws TokenizerFileException if a file is missing or malformed, or asks for a part that is
   *     not supported; the message names it
   */
  public static BpeTokenizer load(Path folder) {
    TokenizerJson json = TokenizerJson.read(folder.resolve("tokenizer.json"));
    return new BpeTokenizer(folder, json, TokenizerConfig.read(folder));
  }

  private void check(Path folder, String name, @Nullable String token) {
    if (token != null && !addedIds.containsKey(token)) {
      throw new TokenizerFileException(
          folder.resolve("tokenizer_config.json"),
          name + ": \"" + token + "\" (expected: one of tokenizer.json's added_tokens)");
    }
  }

  @Override
  public int vocabularySize() {
    return vocabulary.size();
  }

  @Override
  public int[] encode(CharSequence text, SpecialTokens special) {
    return switch (special) {
      case RECOGNISE -> encode(text, new BitSet(0));
      case AS_TEXT -> {
        char[] chars = chars(text);
        Encoding encoding = new Encoding(chars.length);
        encoding.plain(chars, 0, chars.length);
        yield encoding.ids.toArray();
      }
    };
  }

  @Override
  public int[] encode(CharSequence text, BitSet literal) {
    char[] chars = chars(text);
    Encoding encoding = new Encoding(chars.length);
    if (addedBeforeNormalizing.isEmpty()) {
      encoding.betweenTokens(chars, 0, chars.length, literal);
    } else {
      addedBeforeNormalizing.split(
          chars,
          0,
          chars.length,
          literal,
          encoding.sink((from, to) -> encoding.betweenTokens(chars, from, to, literal)));
    }
    return encoding.ids.toArray();
  }

  private static char[] chars(CharSequence text) {
    char[] chars = text.toString().toCharArray();
    for (int i = 0; i < chars.length; i++) {
      if (Character.isSurrogate(chars[i])) {
        boolean pair =
            Character.isHighSurrogate(chars[i])
                && i + 1 < chars.length
                && Character.isLowSurrogate(chars[i + 1]);
        if (!pair) {
          throw new IllegalArgumentException(
              "text: unpaired surrogate at index " + i + " (expected: well-formed UTF-16)");
        }
        i++;
      }
    }
    return chars;
  }

  private String normalize(String text) {
    return nfc ? Nfc.normalize(text) : text;
  }

  /** One call of encode, on one thread. */
  private final class Encoding {
    private final IntList ids;
    private final BpeModel.Scratch scratch = new BpeModel.Scratch();

    Encoding(int chars) {
      ids = new IntList(chars / 3);
    }

    @FunctionalInterface
    interface TextSink {
      void text(int from, int to);
    }

    AddedTokens.Sink sink(TextSink sink) {
      return new AddedTokens.Sink() {
        @Override
        public void text(int from, int to) {
          sink.text(from, to);
        }

        @Override
        public void token(int id) {
          ids.add(id);
        }
      };
    }

    void betweenTokens(char[] text, int from, int to, BitSet literal) {
      if (addedAfterNormalizing.isEmpty()) {
        plain(text, from, to);
        return;
      }
      if (!nfc || Nfc.isSurelyNormal(text, from, to)) {
        addedAfterNormalizing.split(
            text, from, to, literal, sink((start, end) -> words(text, start, end)));
        return;
      }
      int firstLiteral = literal.nextSetBit(from);
      if (firstLiteral >= 0 && firstLiteral < to) {
        // Normalising moves characters, and then nobody knows whose they are: no token at all.
        plain(text, from, to);
        return;
      }
      char[] normal = normalize(new String(text, from, to - from)).toCharArray();
      addedAfterNormalizing.split(
          normal, 0, normal.length, literalNone(), sink((start, end) -> words(normal, start, end)));
    }

    private static BitSet literalNone() {
      return new BitSet(0);
    }

    /** Text in which no token is searched. */
    void plain(char[] text, int from, int to) {
      if (!nfc || Nfc.isSurelyNormal(text, from, to)) {
        words(text, from, to);
      } else {
        char[] normal = normalize(new String(text, from, to - from)).toCharArray();
        words(normal, 0, normal.length);
      }
    }

    /** Normalised text. */
    private void words(char[] text, int from, int to) {
      if (from < to) {
        preTokenizer.split(text, from, to, this::word);
      }
    }

    private void word(char[] text, int from, int to) {
      model.encodeWord(text, from, to, scratch, ids);
    }
  }

  @Override
  public String decode(int[] ids, boolean skipSpecial) {
    int length = 0;
    for (int id : ids) {
      length += vocabulary.bytes(id).length;
    }
    byte[] bytes = new byte[length];
    int at = 0;
    for (int id : ids) {
      if (!skipSpecial || !vocabulary.isSpecial(id)) {
        byte[] token = vocabulary.bytes(id);
        System.arraycopy(token, 0, bytes, at, token.length);
        at += token.length;
      }
    }
    StringBuilder text = new StringBuilder(at);
    Utf8.decode(bytes, at, true, text);
    return text.toString();
  }

  @Override
  public byte[] bytes(int id) {
    return vocabulary.bytes(id).clone();
  }

  @Override
  public boolean isSpecial(int id) {
    return vocabulary.isSpecial(id);
  }

  @Override
  public OptionalInt specialTokenId(String content) {
    Integer id = addedIds.get(content);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  @Override
  public int[] startTokens() {
    return start.clone();
  }

  @Override
  public StreamingDecoder streamingDecoder() {
    return new Utf8StreamingDecoder(vocabulary);
  }

  /** Forgets the words seen so far; for measurements. */
  void clearCache() {
    model.clearCache();
  }
}
