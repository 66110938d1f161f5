package kz.qaqpa.batching.kv.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import kz.qaqpa.batching.kv.BlockHash;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;

class HostBlockPoolTest {
  private static final int BLOCK = 4;
  private static final long SALT = 99;
  private static final int NONE = HostBlockPool.NONE;

  private final int[] path = new int[64];

  /** Tokens that share no block with those of another family. */
  private static int[] tokens(int family, int blocks) {
    return IntStream.range(0, blocks * BLOCK).map(i -> family * 1_000 + i).toArray();
  }

  private int find(HostBlockPool pool, BlockHash hash, long salt, int[] tokens) {
    long[] hashes = hash.chain(salt, tokens, BLOCK);
    int found = pool.find(salt, tokens, hashes, 0, 0, hashes.length, path);
    pool.touch(path, found);
    return found;
  }

  private int find(HostBlockPool pool, int[] tokens) {
    return find(pool, BlockHash.CHAINED, SALT, tokens);
  }

  /** Looks a prompt up and saves what is missing, as the scheduler does; returns what was found. */
  private int use(HostBlockPool pool, BlockHash hash, long salt, int[] tokens) {
    long[] hashes = hash.chain(salt, tokens, BLOCK);
    pool.count(hashes);
    int found = find(pool, hash, salt, tokens);
    for (int b = found; b < hashes.length; b++) {
      int parent = b == 0 ? NONE : path[b - 1];
      path[b] = pool.publish(parent, salt, hashes[b], tokens, b * BLOCK, true);
      if (path[b] == NONE) {
        break;
      }
    }
    assertThat(pool.problem()).isNull();
    return found;
  }

  private int use(HostBlockPool pool, int[] tokens) {
    return use(pool, BlockHash.CHAINED, SALT, tokens);
  }

  @Test
  void findsTheLongestChainUnderItsSaltAlone() {
    HostBlockPool pool = new HostBlockPool(10, BLOCK);
    assertThat(use(pool, tokens(1, 3))).isZero();
    int[] longer = Arrays.copyOf(tokens(1, 3), 20);

    assertThat(find(pool, longer)).isEqualTo(3);
    assertThat(find(pool, Arrays.copyOf(longer, 8))).isEqualTo(2);
    assertThat(find(pool, BlockHash.CHAINED, SALT + 1, longer)).isZero();
    longer[5] = 0;
    assertThat(find(pool, longer)).isEqualTo(1);
    assertThat(pool.used()).isEqualTo(3);
  }

  @Test
  void aCollisionIsNeverAHitNotEvenBetweenSaltsOrParents() {
    BlockHash same = (parent, tokens, from, count) -> 5;
    HostBlockPool pool = new HostBlockPool(20, BLOCK);
    use(pool, same, SALT, tokens(1, 3));
    use(pool, same, SALT, tokens(2, 3));

    assertThat(find(pool, same, SALT, tokens(3, 3))).isZero();
    assertThat(find(pool, same, SALT + 1, tokens(1, 3))).isZero();
    assertThat(find(pool, same, SALT, tokens(2, 3))).isEqualTo(3);
    int[] mixed = tokens(1, 3); // Its second block stands behind another first one.
    System.arraycopy(tokens(2, 3), BLOCK, mixed, BLOCK, 2 * BLOCK);
    assertThat(find(pool, same, SALT, mixed)).isEqualTo(1);
  }

  @Test
  void theEndOfTheOldestChainGivesWayFirstAndAChainIsNeverBeheaded() {
    HostBlockPool pool = new HostBlockPool(10, BLOCK);
    for (int family = 1; family <= 2; family++) {
      use(pool, tokens(family, 5));
    }
    find(pool, tokens(1, 5)); // Used last.
    use(pool, tokens(3, 1));

    // Blocks of one use are as frequent as the new one, which takes the window's place alone.
    int first = find(pool, tokens(1, 5));
    int second = find(pool, tokens(2, 5));
    assertThat(first + second).isEqualTo(9);
    assertThat(Math.min(first, second)).isEqualTo(4);
  }

  @Test
  void aScanOfNewPromptsDoesNotFlushWhatIsUsedAgain() {
    HostBlockPool pool = new HostBlockPool(100, BLOCK);
    List<int[]> popular = IntStream.range(0, 15).mapToObj(i -> tokens(i, 5)).toList();
    for (int round = 0; round < 4; round++) {
      popular.forEach(prompt -> use(pool, prompt));
    }
    for (int i = 0; i < 100; i++) { // Five times what the pool holds.
      use(pool, tokens(1_000 + i, 5));
    }
    int kept = popular.stream().mapToInt(prompt -> find(pool, prompt)).sum();
    assertThat(kept).isGreaterThan(60);

    // What is used no more is not kept for ever.
    for (int i = 0; i < 3_000; i++) {
      use(pool, tokens(10_000 + i % 60, 1));
    }
    assertThat(popular.stream().mapToInt(prompt -> find(pool, prompt)).sum()).isLessThan(60);
  }

  @Test
  void whatWasJustSavedIsThereForTheNextTurnThoughThePoolIsFullOfFrequentThings() {
    HostBlockPool pool = new HostBlockPool(100, BLOCK);
    for (int round = 0; round < 6; round++) {
      for (int i = 0; i < 20; i++) {
        use(pool, tokens(i, 5));
      }
    }
    use(pool, tokens(500, 6));
    use(pool, tokens(501, 6));
    assertThat(find(pool, tokens(500, 6))).isEqualTo(6);
    assertThat(find(pool, tokens(501, 6))).isEqualTo(6);
  }

  @Test
  void aHeldBlockStaysAndAPrivateOneIsFoundByNobody() {
    HostBlockPool pool = new HostBlockPool(6, BLOCK);
    use(pool, tokens(1, 2));
    find(pool, tokens(1, 2));
    pool.hold(path[0]);
    pool.hold(path[1]);
    int end = path[1];
    int mine = pool.takePrivate();
    for (int i = 0; i < 50; i++) {
      use(pool, tokens(100 + i, 3));
    }
    assertThat(find(pool, tokens(1, 2))).isEqualTo(2);
    assertThat(pool.held()).isEqualTo(3);
    assertThat(pool.references()).isEqualTo(3);

    pool.release(mine);
    pool.release(end);
    assertThat(pool.held()).isEqualTo(1);
    assertThatThrownBy(() -> pool.release(end))
        .hasMessage("host block " + end + ": no holder (expected: one)");
    assertThat(pool.problem()).isNull();
  }

  @Test
  void nothingGivesWayWhereAllIsHeld() {
    HostBlockPool pool = new HostBlockPool(3, BLOCK);
    int[] mine = {pool.takePrivate(), pool.takePrivate(), pool.takePrivate()};
    assertThat(pool.takePrivate()).isEqualTo(NONE);
    assertThat(pool.publish(NONE, SALT, 1, tokens(1, 1), 0, true)).isEqualTo(NONE);
    for (int block : mine) {
      pool.release(block);
    }
    assertThat(pool.used()).isZero();
    assertThat(pool.problem()).isNull();

    HostBlockPool off = new HostBlockPool(0, BLOCK);
    assertThat(off.takePrivate()).isEqualTo(NONE);
    assertThat(off.problem()).isNull();
  }

  @Test
  void whatNeverGotThereIsFoundByNobodyAndItsHoldersNoticeIt() {
    HostBlockPool pool = new HostBlockPool(5, BLOCK);
    use(pool, tokens(1, 2));
    find(pool, tokens(1, 2));
    SavedKv saved = new SavedKv();
    for (int b = 0; b < 2; b++) {
      pool.hold(path[b]);
      saved.add(pool, path[b], BLOCK, true);
    }
    saved.add(pool, pool.takePrivate(), 3, false);
    assertThat(saved.tokens()).isEqualTo(11);
    assertThat(saved.exactBlocks()).isEqualTo(2);
    assertThat(saved.isWhole(pool)).isTrue();

    pool.drop(saved.block(1));
    pool.drop(saved.block(1));

    assertThat(saved.isWhole(pool)).isFalse();
    assertThat(find(pool, tokens(1, 2))).isEqualTo(1);
    saved.release(pool);
    assertThat(pool.references()).isZero();
    assertThat(pool.used()).isEqualTo(1);
    assertThat(pool.problem()).isNull();
  }

  /** Against a list of all chains that were ever saved: a hit is one of them, and never longer. */
  @Test
  void agreesWithRememberingEverything() {
    Seeds.forRandom(
        TestSize.tries(300, 20_000),
        random -> {
          BlockHash hash =
              random.nextBoolean()
                  ? BlockHash.CHAINED
                  : (parent, tokens, from, count) -> parent + tokens[from] % 2;
          HostBlockPool pool = new HostBlockPool(1 + random.nextInt(12), BLOCK);
          List<int[]> all = new ArrayList<>();
          List<Integer> holds = new ArrayList<>();
          for (int i = 0; i < 60; i++) {
            int[] prompt = random.ints((1 + random.nextInt(4)) * BLOCK, 0, 2).toArray();
            all.add(prompt);
            int found = use(pool, hash, SALT, prompt);
            assertThat(found).isLessThanOrEqualTo(longest(all.subList(0, i), prompt));
            holdOrRelease(pool, random, holds);
          }
          holds.forEach(pool::release);
          assertThat(pool.held()).isZero();
          assertThat(pool.problem()).isNull();
        });
  }

  private void holdOrRelease(HostBlockPool pool, RandomGenerator random, List<Integer> holds) {
    if (random.nextInt(3) == 0) {
      int mine = pool.takePrivate();
      if (mine != NONE) {
        holds.add(mine);
      }
    }
    if (!holds.isEmpty() && random.nextInt(2) == 0) {
      pool.release(holds.remove(random.nextInt(holds.size())));
    }
    assertThat(pool.problem()).isNull();
  }

  private static int longest(List<int[]> all, int[] prompt) {
    int best = 0;
    for (int[] one : all) {
      int same = Arrays.mismatch(one, prompt);
      best = Math.max(best, (same < 0 ? prompt.length : same) / BLOCK);
    }
    return best;
  }
}
