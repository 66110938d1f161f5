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
 * <p>Where no place is free a word is let in when it comes a second time, as by the doorkeeper of
 * TinyLFU (Einziger, Friedman and Manes, 2017), here one tag per bucket instead of a Bloom filter:
 * a word that comes once costs a look at eight bytes and makes no garbage.
 *
 * <p>Thread-safe. Memory is bounded: words are at most {@link #MAX_CHARS} long.
 */
final class WordCache {
  /** Longer words are encoded anew each time. The longest Kazakh words of a newspaper fit. */
  static final int MAX_CHARS = 32;

  private static final int BUCKETS = 1 << 16;
  private static final int HOT_WORDS = 1 << 15;

  /**
   * Of each bucket: the tags of both words or 0, then of one seen once, then {@link #SPILT}. With
   * the number of the bucket a tag is the whole hash, so that eight bytes answer nearly always.
   */
  private final char[] tags = new char[4 * BUCKETS];

  private static final int ONCE = 2;

  /** Not 0 if the bucket has pushed out a word that was asked for again. */
  private static final int SPILT = 3;

  private final @Nullable Word[] words = new @Nullable Word[2 * BUCKETS];
  private final Cache<Object, Word> hot =
      Caffeine.newBuilder()
          .maximumSize(HOT_WORDS)
          .initialCapacity(1024)
          .executor(Runnable::run)
          .build();

  /** The cached word, or null. */
  @Nullable Word find(Probe probe) {
    int bucket = probe.hash & (BUCKETS - 1);
    char tag = tag(probe.hash);
    for (int i = 0; i < 2; i++) {
      if (tags[4 * bucket + i] == tag) {
        Word word = words[2 * bucket + i];
        if (word != null && probe.isOf(word)) {
          return word.ask();
        }
      }
    }
    return tags[4 * bucket + SPILT] == 0 ? null : hot.getIfPresent(probe);
  }

  /**
   * Offers a word that was not found. It is kept if a place is free, or else if it comes again, and
   * then pushes out one that was not asked for again.
   */
  void offer(Probe probe, int[] ids, int count) {
    int bucket = probe.hash & (BUCKETS - 1);
    int at = 4 * bucket;
    char tag = tag(probe.hash);
    boolean full = tags[at] != 0 && tags[at + 1] != 0;
    if (full && tags[at + ONCE] != tag) {
      tags[at + ONCE] = tag;
      return;
    }
    char[] chars = Arrays.copyOfRange(probe.text, probe.from, probe.to);
    put(bucket, new Word(chars, probe.hash, Arrays.copyOf(ids, count)));
  }

  private void put(int bucket, Word word) {
    Word first = words[2 * bucket];
    Word second = words[2 * bucket + 1];
    int place = 0;
    if (first != null && (second == null || (first.asked && !second.asked))) {
      place = 1;
    } else if (first != null && first.asked) {
      hot.put(first, first);
      tags[4 * bucket + SPILT] = 1;
    }
    words[2 * bucket + place] = word;
    tags[4 * bucket + place] = tag(word.hash);
  }

  /** Never 0, which is no word. */
  private static char tag(int hash) {
    return (char) Math.max(hash >>> 16, 1);
  }

  void clear() {
    Arrays.fill(words, null);
    Arrays.fill(tags, '\0');
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
