package kz.qaqpa.batching.mark;

import static org.assertj.core.api.Assertions.assertThat;

import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;

class Philox4x32Test {

  /** The known answers that Random123, the authors' library, ships for philox4x32 10. */
  @Test
  void givesTheKnownAnswersOfItsAuthors() {
    assertMaps(
        new int[] {0, 0, 0, 0},
        new int[] {0, 0},
        new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    assertMaps(
        new int[] {-1, -1, -1, -1},
        new int[] {-1, -1},
        new int[] {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
    assertMaps(
        new int[] {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
        new int[] {0xa4093822, 0x299f31d0},
        new int[] {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
  }

  private static void assertMaps(int[] counter, int[] key, int[] answer) {
    Philox4x32 philox = new Philox4x32();
    philox.map(counter[0], counter[1], counter[2], counter[3], key[0], key[1]);
    assertThat(new int[] {philox.x0, philox.x1, philox.x2, philox.x3}).containsExactly(answer);
  }

  @Test
  void aRunGivesWhatEachOfItsCountersGives() {
    Philox4x32 run = new Philox4x32();
    Philox4x32 one = new Philox4x32();
    Seeds.forRandom(
        TestSize.tries(2_000, 100_000),
        random -> {
          int[] in = random.ints(6).toArray();
          run.mapRun(in[0], in[1], in[2], in[3], in[4], in[5]);
          for (int i = 0; i < Philox4x32.RUN; i++) {
            one.map(in[0] + i, in[1], in[2], in[3], in[4], in[5]);
            assertThat(new int[] {run.run0[i], run.run1[i], run.run2[i], run.run3[i]})
                .containsExactly(one.x0, one.x1, one.x2, one.x3);
          }
        });
  }
}
