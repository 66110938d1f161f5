package kz.qaqpa.tokenizer.bpe;

/**
 * Byte-pair encoding of words (Sennrich et al., 2016, over bytes as in GPT-2): the pair of the
 * lowest rank merges first, the leftmost of equal ones before the others.
 *
 * <p>Immutable as seen from outside, shared by all threads; each encode has a {@link Scratch}.
 */
public final class BpeModel {
  private final Vocabulary vocabulary;
  private final MergeTable merges;
  private final boolean ignoreMerges;
  private final WordCache cache;
  private final FirstSymbols firstSymbols;
  private final int shortWord;

  /**
   * Makes a model.
   *
   * @param ignoreMerges whether a word that is a token is that token, whatever the merges say
   * @throws IllegalArgumentException if a byte has no token
   */
  public BpeModel(Vocabulary vocabulary, MergeTable merges, boolean ignoreMerges) {
    this.vocabulary = vocabulary;
    this.merges = merges;
    this.ignoreMerges = ignoreMerges;
    this.cache = new WordCache();
    int[] idOfByte = new int[256];
    for (int b = 0; b < 256; b++) {
      idOfByte[b] = vocabulary.findByte(b);
      if (idOfByte[b] < 0) {
        throw new IllegalArgumentException(
            "no token for byte 0x%02X, '%c' (expected: all 256 bytes)"
                .formatted(b, ByteAlphabet.character(b)));
      }
    }
    this.firstSymbols = new FirstSymbols(merges, idOfByte);
    this.shortWord = merges.size() > ShortWord.MAX_MERGES ? 1 : ShortWord.MAX_SYMBOLS;
  }

  public Vocabulary vocabulary() {
    return vocabulary;
  }

  /** Forgets the words seen so far; for measurements. */
  public void clearCache() {
    cache.clear();
  }

  /** What one thread works with while it encodes one text. */
  public static final class Scratch {
    private byte[] bytes = new byte[3 * WordCache.MAX_CHARS];
    private int[] ids = new int[3 * WordCache.MAX_CHARS];
    private final ShortWord shortWord = new ShortWord();
    private final WordCache.Probe probe = new WordCache.Probe();
  }

  /** Appends the tokens of the word {@code text[from, to)}, well-formed and not empty. */
  public void encodeWord(char[] text, int from, int to, Scratch scratch, IntList out) {
    if (to - from > WordCache.MAX_CHARS) {
      int count = merge(text, from, to, scratch);
      out.addAll(scratch.ids, count);
      return;
    }
    WordCache.Probe probe = scratch.probe.set(text, from, to);
    WordCache.Word word = cache.find(probe);
    if (word != null) {
      out.addAll(word.ids(), word.ids().length);
      return;
    }
    int count = merge(text, from, to, scratch);
    out.addAll(scratch.ids, count);
    cache.offer(probe, scratch.ids, count);
  }

  /** Leaves the tokens in {@code scratch.ids} and returns their number. */
  private int merge(char[] text, int from, int to, Scratch scratch) {
    int room = 3 * (to - from);
    if (scratch.bytes.length < room) {
      scratch.bytes = new byte[room];
      scratch.ids = new int[room];
    }
    byte[] bytes = scratch.bytes;
    int[] ids = scratch.ids;
    if (ignoreMerges) {
      int whole = vocabulary.find(bytes, 0, Utf8.encode(text, from, to, bytes));
      if (whole >= 0) {
        ids[0] = whole;
        return 1;
      }
    }
    int count = firstSymbols.write(text, from, to, bytes, ids);
    return count <= shortWord
        ? scratch.shortWord.merge(merges, ids, count)
        : LongWord.merge(merges, ids, count);
  }
}
