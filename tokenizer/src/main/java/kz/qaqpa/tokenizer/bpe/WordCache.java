package kz.qaqpa.tokenizer.bpe;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of words seen before, in two tiers.
 *
 * <p>In front an array with one place per hash, read and written without any order between threads:
 * a race loses a word or finds an older one, and both are right, because a {@link Word} never
 * changes and its fields are final. A word that is pushed out of its place goes to Caffeine behind,
 * which keeps those that are asked for again; it costs some 100 ns per question, so only words that
 * collide pay it.
 *
 * <p>Thread-safe. Memory is bounded: words are at most {@link #MAX_CHARS} long.
 */
final class WordCache {
  /** Longer words are encoded anew each time. The longest Kazakh words of a newspaper fit. */
  static final int MAX_CHARS = 32;

  private static final int PLACES = 1 << 16;
  private static final int HOT_WORDS = 1 << 16;

  private final @Nullable Word[] front = new @Nullable Word[PLACES];
  private final Cache<Object, Word> hot =
      Caffeine.newBuilder()
          .maximumSize(HOT_WORDS)
          .initialCapacity(1024)
          .executor(Runnable::run)
          .build();

  /** The cached word, or null. */
  @Nullable Word find(Probe probe) {
    Word word = front[probe.hash & (PLACES - 1)];
    if (word != null && probe.isOf(word)) {
      return word;
    }
    if (word == null) {
      return null; // Nothing was ever pushed out of this place.
    }
    Word back = hot.getIfPresent(probe);
    if (back != null) {
      front[probe.hash & (PLACES - 1)] = back;
    }
    return back;
  }

  Word put(Probe probe, int[] ids) {
    Word word = new Word(Arrays.copyOfRange(probe.text, probe.from, probe.to), probe.hash, ids);
    int place = probe.hash & (PLACES - 1);
    Word before = front[place];
    if (before != null) {
      hot.put(before, before);
    }
    front[place] = word;
    return word;
  }

  void clear() {
    Arrays.fill(front, null);
    hot.invalidateAll();
    hot.cleanUp();
  }

  /** A word and its tokens; the arrays are never written again. */
  static final class Word {
    private final char[] chars;
    private final int hash;
    private final int[] ids;

    Word(char[] chars, int hash, int[] ids) {
      this.chars = chars;
      this.hash = hash;
      this.ids = ids;
    }

    int[] ids() {
      return ids;
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Probe probe
          ? probe.isOf(this)
          : other instanceof Word word && Arrays.equals(chars, word.chars);
    }
  }

  /** The word that is asked for: a place in a text. Reused, so that a hit makes no garbage. */
  static final class Probe {
    private char[] text = {};
    private int from;
    private int to;
    private int hash;

    Probe set(char[] newText, int newFrom, int newTo) {
      text = newText;
      from = newFrom;
      to = newTo;
      int h = 0;
      for (int i = newFrom; i < newTo; i++) {
        h = h * 31 + newText[i];
      }
      h *= 0x9E3779B9;
      hash = h ^ (h >>> 16);
      return this;
    }

    boolean isOf(Word word) {
      return hash == word.hash && Arrays.equals(word.chars, 0, word.chars.length, text, from, to);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Word word && isOf(word);
    }
  }
}
