package kz.qaqpa.tokenizer.bpe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.testing.Seeds;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class WordCacheTest {
  /** More words than places, so that no bucket stays free. */
  private static final int CROWD = 1_200_000;

  private final WordCache cache = new WordCache();
  private final WordCache.Probe probe = new WordCache.Probe();

  @Test
  void whatIsFound_isTheWordsOwn() {
    Seeds.forRandom(
        1,
        random -> {
          for (int i = 0; i < 2_000_000; i++) {
            int bits = random.nextInt(8, 21);
            int word = random.nextInt(1 << bits);
            int[] ids = find(word);
            if (ids == null) {
              offer(word);
            } else {
              assertThat(ids[0]).isEqualTo(word);
            }
          }
        });
  }

  @Test
  void freePlace_takesAWordAtItsFirstSight() {
    offer(1);
    assertThat(find(1)).containsExactly(1);
    assertThat(find(2)).isNull();
  }

  @Test
  void fullCache_takesAWordAtItsSecondSight() {
    crowd();
    offer(-1);
    assertThat(find(-1)).isNull();
    offer(-1);
    assertThat(find(-1)).containsExactly(-1);
  }

  @Test
  void wordsAskedForAgain_areThereAfterACrowdOfOthers() {
    List<Integer> hot = new ArrayList<>();
    for (int word = 1; word <= 10_000; word++) {
      hot.add(-word);
      offer(-word);
      offer(-word); // The third one of a bucket is taken only now.
      assertThat(find(-word)).isNotNull();
    }
    crowd();
    crowd();
    assertThat(hot).allMatch(word -> find(word) != null);
  }

  @Test
  void cleared_hasNone() {
    crowd();
    cache.clear();
    for (int word = 0; word < 1000; word++) {
      assertThat(find(word)).isNull();
    }
  }

  private void crowd() {
    for (int word = 0; word < CROWD; word++) {
      offer(word);
    }
  }

  private int @Nullable [] find(int word) {
    set(word);
    WordCache.Word found = cache.find(probe);
    return found == null ? null : found.ids();
  }

  private void offer(int word) {
    set(word);
    cache.offer(probe, new int[] {word, 0}, 1);
  }

  private void set(int word) {
    char[] text = Integer.toString(word).toCharArray();
    probe.set(text, 0, text.length);
  }
}
