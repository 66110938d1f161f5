package kz.qaqpa.batching.mark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;

class SeenContextsTest {

  @Test
  void knowsWhatWasThereHoweverLongTheAnswer() {
    Seeds.forRandom(
        TestSize.tries(300, 10_000),
        random -> {
          int[] tokens = random.ints(4 + random.nextInt(3_000), 0, 2 + random.nextInt(9)).toArray();
          SeenContexts seen = new SeenContexts(random.nextInt(100));
          Set<String> expected = new HashSet<>();
          for (int end = GumbelMark.CONTEXT; end <= tokens.length; end++) {
            String context = Arrays.toString(Arrays.copyOfRange(tokens, end - 4, end));
            assertThat(seen.add(tokens, end)).isEqualTo(expected.add(context));
          }
        });
  }

  /** As an answer grows, its row of tokens moves to a longer array. */
  @Test
  void rowsMayMove() {
    int[] tokens = {1, 2, 3, 4, 1, 2, 3, 4};
    SeenContexts seen = new SeenContexts(0);

    assertThat(seen.add(Arrays.copyOf(tokens, 4), 4)).isTrue();
    assertThat(seen.add(tokens, 5)).isTrue();
    assertThat(seen.add(tokens, 8)).isFalse();
  }
}
