package kz.qaqpa.cli.bench.scale;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kz.qaqpa.tokenizer.BpeTokenizer;

/**
 * A clock whose hand is a word: engine and client, two processes of one Linux machine, read the
 * same {@link System#nanoTime} (its monotonic clock), and each word of the model's vocabulary
 * stands for one stretch of time. After {@link #cycleNanos} the words begin again, so a delay of
 * more than that reads as a short one.
 */
final class ClockWords {
  /** How exact it is. */
  static final long TICK_NANOS = 500_000;

  private final int[] ids;
  private final Map<Long, Integer> places = new HashMap<>();

  private ClockWords(int[] ids, List<String> words) {
    this.ids = ids;
    for (int place = 0; place < words.size(); place++) {
      byte[] word = words.get(place).getBytes(StandardCharsets.UTF_8);
      if (places.put(hash(ByteBuffer.wrap(word), 0, word.length), place) != null) {
        throw new IllegalStateException("two words with the same hash");
      }
    }
  }

  /** The words of a model: a space and whole letters, so that JSON has them as they are. */
  static ClockWords read(Path model) {
    BpeTokenizer tokenizer = BpeTokenizer.load(model);
    List<Integer> ids = new ArrayList<>();
    List<String> words = new ArrayList<>();
    for (int id = 0; id < tokenizer.vocabularySize(); id++) {
      String text = new String(tokenizer.bytes(id), StandardCharsets.UTF_8);
      if (text.startsWith(" ")
          && text.length() > 1
          && !tokenizer.isSpecial(id)
          && text.codePoints().skip(1).allMatch(c -> c != 0xFFFD && Character.isLetter(c))) {
        ids.add(id);
        words.add(text);
      }
    }
    return new ClockWords(ids.stream().mapToInt(Integer::intValue).toArray(), words);
  }

  /** The place among the words that stands for a time. */
  int place(long nanos) {
    return (int) Math.floorMod(Math.floorDiv(nanos, TICK_NANOS), (long) ids.length);
  }

  /** The token that is so many words behind a place. */
  int token(int place, int behind) {
    return ids[(place + behind) % ids.length];
  }

  /** After how long the words begin again. */
  long cycleNanos() {
    return ids.length * TICK_NANOS;
  }

  /**
   * How long ago a word was made.
   *
   * @return whole ticks, rounded down; -1 if the bytes are none of the words
   */
  int ticksSince(ByteBuffer bytes, int from, int to, long now) {
    Integer place = places.get(hash(bytes, from, to));
    return place == null ? -1 : Math.floorMod(place(now) - place, ids.length);
  }

  /** FNV-1a (Fowler, Noll, Vo) of 64 bits. */
  private static long hash(ByteBuffer bytes, int from, int to) {
    long hash = 0xcbf29ce484222325L;
    for (int i = from; i < to; i++) {
      hash = (hash ^ (bytes.get(i) & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }
}
