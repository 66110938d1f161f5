package kz.qaqpa.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import java.util.Comparator;
import java.util.stream.IntStream;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;

class CandidatesTest {

  @Test
  void bestOfAnyRowInOrder() {
    Seeds.forRandom(
        TestSize.tries(300, 20_000),
        random -> {
          int vocabulary = 1 + random.nextInt(random.nextInt(10) == 0 ? 20_000 : 300);
          int rows = 1 + random.nextInt(3);
          // Few distinct values make ties; their order is by id.
          int distinct = 1 + random.nextInt(random.nextBoolean() ? 4 : 5000);
          float[] logits = new float[rows * vocabulary];
          for (int i = 0; i < logits.length; i++) {
            logits[i] = (random.nextInt(distinct) - distinct / 2) * 0.01f;
          }
          Candidates candidates = new Candidates(vocabulary, rows);
          candidates.begin(rows);
          for (int row = 0; row < rows; row++) {
            candidates.take(
                row, row, FloatBuffer.wrap(logits), FloatBuffer.allocate(logits.length), false);
          }
          for (int row = 0; row < rows; row++) {
            checkRow(candidates, row, logits, vocabulary);
          }
        });
  }

  private static void checkRow(Candidates candidates, int row, float[] logits, int vocabulary) {
    int start = row * vocabulary;
    int[] expected =
        IntStream.range(0, vocabulary)
            .boxed()
            .sorted(
                Comparator.comparingDouble((Integer id) -> -(double) logits[start + id])
                    .thenComparingInt(id -> id))
            .limit(Candidates.CANDIDATES)
            .mapToInt(id -> id)
            .toArray();
    assertThat(candidates.candidates(row)).isEqualTo(expected.length);
    for (int rank = 0; rank < expected.length; rank++) {
      assertThat(candidates.candidateId(row, rank)).isEqualTo(expected[rank]);
      assertThat(candidates.candidateLogit(row, rank)).isEqualTo(logits[start + expected[rank]]);
    }
  }

  @Test
  void zerosOfBothSignsAreEqual() {
    Candidates candidates = new Candidates(2, 1);
    candidates.begin(1);
    candidates.take(0, 0, FloatBuffer.wrap(new float[] {-0f, 0f}), FloatBuffer.allocate(2), false);
    assertThat(candidates.candidateId(0, 0)).isZero();
  }

  @Test
  void brokenModelsShow() {
    float[] logits = new float[200];
    logits[77] = Float.NaN;
    Candidates candidates = new Candidates(200, 1);
    candidates.begin(1);
    candidates.take(0, 0, FloatBuffer.wrap(logits), FloatBuffer.allocate(200), false);
    assertThat(candidates.candidates(0)).isEqualTo(Candidates.CANDIDATES);
    assertThat(candidates.candidateId(0, 0)).isEqualTo(77);
    assertThat(candidates.candidateLogit(0, 0)).isNaN();
  }

  @Test
  void rowsThatWantNothingHaveNothing() {
    Candidates candidates = new Candidates(3, 2);
    candidates.begin(2);
    candidates.take(0, 0, FloatBuffer.wrap(new float[3]), FloatBuffer.allocate(3), true);
    assertThat(candidates.candidates(1)).isZero();
    assertThat(candidates.logSumExp(1)).isNaN();
    assertThatThrownBy(() -> candidates.candidateId(1, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> candidates.logits(1, new float[3]))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("row 1");
    assertThatThrownBy(() -> candidates.logSumExp(2)).isInstanceOf(IndexOutOfBoundsException.class);
  }
}
