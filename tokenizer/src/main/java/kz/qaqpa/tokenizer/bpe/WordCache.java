package kz.qaqpa.tokenizer.bpe;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of words seen before, in two tiers.
 *
 * <p>In front an array with two places per hash, read and written without any order between
 * threads: a race loses a word or finds an older one, and both are right, because what matters of a
 * {@link Word} is final. A word that was asked for again and is pushed out of its place goes to
 * Caffeine behind, which keeps the hot ones of those; it costs a multiple of the array, so words
 * that come once never get there.
 *
 * <p>Thread-safe. Memory is bounded: words are at most {@link #MAX_CHARS} long.
 */
final class WordCache {
  /** Longer words are encoded anew each time. The longest Kazakh words of a newspaper fit. */
  static final int MAX_CHARS = 32;

  private static final int PLACES = 1 << 17;
  private static final int HOT_WORDS = 1 << 15;

  private final @Nullable Word[] front = new @Nullable Word[PLACES];
  private final Cache<Object, Word> hot =
      Caffeine.newBuilder()
          .maximumSize(HOT_WORDS)
          .initialCapacity(1024)
          .executor(Runnable::run)
          .build();

  /** The cached word, or null. */
  @Nullable Word find(Probe probe) {
    int place = probe.hash & (PLACES - 1);
    Word first = front[place];
    if (first != null && probe.isOf(first)) {
      return first.ask();
    }
    Word second = front[place ^ 1];
    if (second != null && probe.isOf(second)) {
      return second.ask();
    }
    // As long as one of the places is free, nothing was pushed out of them.
    return first == null || second == null ? null : hot.getIfPresent(probe);
  }

  /** Keeps a word that was not found, where it pushes out one that was not asked for again. */
  Word put(Probe probe, int[] ids) {
    Word word = new Word(Arrays.copyOfRange(probe.text, probe.from, probe.to), probe.hash, ids);
    int place = probe.hash & (PLACES - 1);
    Word first = front[place];
    Word second = front[place ^ 1];
    if (first == null || !first.asked) {
      front[place] = word;
    } else if (second == null || !second.asked) {
      front[place ^ 1] = word;
    } else {
      hot.put(first, first);
      front[place] = word;
    }
    return word;
  }

  void clear() {
    Arrays.fill(front, null);
    hot.invalidateAll();
    hot.cleanUp();
  }

  /** A word and its tokens, which never change, and whether it came again. */
  static final class Word {
    private final char[] chars;
    private final int hash;
    private final int[] ids;
    private boolean asked;

    Word(char[] chars, int hash, int[] ids) {
      this.chars = chars;
      this.hash = hash;
      this.ids = ids;
    }

    int[] ids() {
      return ids;
    }

    private Word ask() {
      if (!asked) {
        asked = true; // Written once: a line that all threads read should stay clean.
      }
      return this;
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
