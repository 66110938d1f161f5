package kz.qaqpa.tokenizer.bpe;

import java.util.Arrays;

/**
 * Byte-pair encoding of words (Sennrich et al., 2016, over bytes as in GPT-2): the pair of the
 * lowest rank merges first, the leftmost of equal ones before the others.
 *
 * <p>Immutable as seen from outside, shared by all threads; each encode has a {@link Scratch}.
 */
public final class BpeModel {
  /** Up to here a scan for the lowest rank beats a heap. */
  private static final int SHORT_WORD = 48;

  private final Vocabulary vocabulary;
  private final MergeTable merges;
  private final boolean ignoreMerges;
  private final WordCache cache;
  private final int[] idOfByte = new int[256];

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
    for (int b = 0; b < 256; b++) {
      idOfByte[b] = vocabulary.findByte(b);
      if (idOfByte[b] < 0) {
        throw new IllegalArgumentException(
            "no token for byte 0x%02X, '%c' (expected: all 256 bytes)"
                .formatted(b, ByteAlphabet.character(b)));
      }
    }
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
    private byte[] bytes = new byte[4 * SHORT_WORD];
    private int[] ids = new int[4 * SHORT_WORD];
    private final long[] merge = new long[SHORT_WORD];
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
    if (word == null) {
      int count = merge(text, from, to, scratch);
      word = cache.put(probe, Arrays.copyOf(scratch.ids, count));
    }
    out.addAll(word.ids(), word.ids().length);
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
    int length = Utf8.encode(text, from, to, bytes);
    if (ignoreMerges) {
      int whole = vocabulary.find(bytes, 0, length);
      if (whole >= 0) {
        ids[0] = whole;
        return 1;
      }
    }
    for (int i = 0; i < length; i++) {
      ids[i] = idOfByte[bytes[i] & 0xFF];
    }
    return length <= SHORT_WORD
        ? mergeShort(ids, length, scratch.merge)
        : LongWord.merge(merges, ids, length);
  }

  /** Scans for the lowest rank again and again; {@code merge[i]} is what ids i and i + 1 become. */
  private int mergeShort(int[] ids, int length, long[] merge) {
    int count = length;
    for (int i = 0; i + 1 < count; i++) {
      merge[i] = merges.find(ids[i], ids[i + 1]);
    }
    while (count > 1) {
      int best = 0;
      for (int i = 1; i + 1 < count; i++) {
        if (merge[i] < merge[best]) {
          best = i;
        }
      }
      if (merge[best] == MergeTable.NONE) {
        break;
      }
      ids[best] = (int) merge[best];
      count--;
      for (int i = best + 1; i < count; i++) {
        ids[i] = ids[i + 1];
        merge[i - 1] = merge[i];
      }
      // merge[best] now is the pair after the merged one's right half: both neighbours are new.
      if (best + 1 < count) {
        merge[best] = merges.find(ids[best], ids[best + 1]);
      }
      if (best > 0) {
        merge[best - 1] = merges.find(ids[best - 1], ids[best]);
      }
    }
    return count;
  }
}
