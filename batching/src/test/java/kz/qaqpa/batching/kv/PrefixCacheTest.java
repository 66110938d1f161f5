package kz.qaqpa.batching.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;

class PrefixCacheTest {
  private static final int BLOCK = 4;
  private static final long SALT = 99;

  private final KvSlots slots = new KvSlots(3);
  private final PrefixCache.Match match = new PrefixCache.Match();

  private static PrefixCache cache(BlockHash hash, boolean reuseDecoded) {
    return new PrefixCache(3, 32, BLOCK, hash, reuseDecoded);
  }

  private static int[] tokens(int family, int length) {
    return IntStream.range(0, length).map(i -> family * 100 + i).toArray();
  }

  private void find(PrefixCache cache, BlockHash hash, long salt, int[] prompt) {
    cache.find(
        salt, prompt, hash.chain(salt, prompt, BLOCK), (prompt.length - 1) / BLOCK, slots, match);
  }

  private static void fill(PrefixCache cache, int slot, int[] tokens, boolean prefill) {
    cache.begin(slot, SALT);
    cache.append(slot, tokens, 0, tokens.length, prefill);
  }

  @Test
  void findsWholeBlocksAndLeavesTheLastTokenToCompute() {
    PrefixCache cache = cache(BlockHash.CHAINED, true);
    fill(cache, 1, tokens(1, 14), true);

    find(cache, BlockHash.CHAINED, SALT, tokens(1, 14));
    assertThat(match.tokens()).isEqualTo(12);
    assertThat(match.slot()).isEqualTo(1);
    find(cache, BlockHash.CHAINED, SALT, tokens(1, 12));
    assertThat(match.tokens()).isEqualTo(8);
    find(cache, BlockHash.CHAINED, SALT, tokens(1, 4));
    assertThat(match.tokens()).isZero();
    find(cache, BlockHash.CHAINED, SALT + 1, tokens(1, 14));
    assertThat(match.tokens()).isZero();
    assertThat(cache.problem()).isNull();
  }

  @Test
  void prefersAFreeSlotAndThenTheLowest() {
    PrefixCache cache = cache(BlockHash.CHAINED, true);
    for (int slot = 0; slot < 3; slot++) {
      fill(cache, slot, tokens(1, 9), true);
    }
    slots.acquire(0);
    find(cache, BlockHash.CHAINED, SALT, tokens(1, 9));
    assertThat(match.slot()).isEqualTo(1);
    slots.acquire(1);
    slots.acquire(2);
    find(cache, BlockHash.CHAINED, SALT, tokens(1, 9));
    assertThat(match.slot()).isZero();
  }

  @Test
  void aCollisionIsNeverAHitNotEvenBetweenSalts() {
    BlockHash same = (parent, tokens, from, count) -> 5;
    PrefixCache cache = cache(same, true);
    fill(cache, 0, tokens(1, 8), true);
    fill(cache, 1, tokens(2, 8), true);

    find(cache, same, SALT, tokens(3, 9));
    assertThat(match.tokens()).isZero();
    find(cache, same, SALT + 1, tokens(2, 9));
    assertThat(match.tokens()).isZero();
    find(cache, same, SALT, tokens(2, 9));
    assertThat(match.slot()).isEqualTo(1);
    assertThat(match.tokens()).isEqualTo(8);
  }

  @Test
  void blocksThatDecodeTouchedAreNotExactNorIsAnythingBuiltOnThem() {
    PrefixCache cache = cache(BlockHash.CHAINED, false);
    int[] all = tokens(1, 20);
    cache.begin(0, SALT);
    cache.append(0, all, 0, 6, true); // The prompt: one block and a half.
    for (int i = 6; i < 12; i++) {
      cache.append(0, all, i, 1, false);
    }
    cache.append(0, all, 12, 8, true); // As if read as a prompt behind decoded KV.

    assertThat(cache.exactBlocks(0)).isEqualTo(1);
    find(cache, BlockHash.CHAINED, SALT, all);
    assertThat(match.tokens()).isEqualTo(4);
    cache.copy(0, 2, 12);
    assertThat(cache.exactBlocks(2)).isEqualTo(1);
    assertThat(cache.problem()).isNull();
  }

  @Test
  void whatIsCutOffIsNotFound() {
    PrefixCache cache = cache(BlockHash.CHAINED, true);
    fill(cache, 0, tokens(1, 20), true);
    cache.truncate(0, 7);
    find(cache, BlockHash.CHAINED, SALT, tokens(1, 20));
    assertThat(match.tokens()).isEqualTo(4);
    cache.truncate(0, 0);
    find(cache, BlockHash.CHAINED, SALT, tokens(1, 20));
    assertThat(match.tokens()).isZero();
    assertThat(cache.problem()).isNull();
  }

  /** Against a model that keeps every slot's tokens as an array and compares them all. */
  @Test
  void agreesWithComparingEverything() {
    Seeds.forRandom(
        TestSize.tries(500, 20_000),
        random -> {
          BlockHash hash =
              random.nextBoolean()
                  ? BlockHash.CHAINED
                  : (parent, tokens, from, count) -> parent + tokens[from];
          PrefixCache cache = cache(hash, true);
          int[][] model = new int[3][0];
          for (int i = 0; i < 60; i++) {
            change(random, cache, model);
            assertThat(cache.problem()).isNull();
            int[] prompt = prompt(random);
            find(cache, hash, SALT, prompt);
            assertThat(match.tokens()).isEqualTo(longest(model, prompt));
          }
        });
  }

  private static int[] prompt(RandomGenerator random) {
    return random.ints(1 + random.nextInt(32), 0, 2).toArray();
  }

  private static void change(RandomGenerator random, PrefixCache cache, int[][] model) {
    int slot = random.nextInt(3);
    int other = (slot + 1) % 3;
    switch (random.nextInt(4)) {
      case 0 -> {
        model[slot] = prompt(random);
        fill(cache, slot, model[slot], true);
      }
      case 1 -> {
        model[slot] = Arrays.copyOf(model[slot], random.nextInt(model[slot].length + 1));
        cache.truncate(slot, model[slot].length);
      }
      case 2 -> {
        model[other] = Arrays.copyOf(model[slot], random.nextInt(model[slot].length + 1));
        cache.begin(slot, SALT);
        cache.append(slot, model[slot], 0, model[slot].length, false);
        cache.copy(slot, other, model[other].length);
      }
      default -> {
        if (model[slot].length > 0 && model[slot].length < 32) {
          int[] longer = Arrays.copyOf(model[slot], model[slot].length + 1);
          longer[longer.length - 1] = random.nextInt(2);
          model[slot] = longer;
          cache.append(slot, longer, longer.length - 1, 1, false);
        }
      }
    }
  }

  private static int longest(int[][] model, int[] prompt) {
    int best = 0;
    for (int[] slot : model) {
      int same = Arrays.mismatch(slot, prompt);
      int common = same < 0 ? slot.length : same;
      best = Math.max(best, Math.min(common, prompt.length - 1) / BLOCK * BLOCK);
    }
    return best;
  }
}
