package kz.qaqpa.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.EngineShape;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.StepPlan;
import kz.qaqpa.engine.StepResult;
import kz.qaqpa.testing.ReferenceForward;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;

/** The sum itself, on an engine whose every probability can be worked out beside it. */
class PerplexityTest {
  private static final int VOCABULARY = 7;
  private static final int BOS = 0;

  @Test
  void cutsDocumentsIntoWindows() {
    assertThat(
            Perplexity.windows(
                List.of(new int[] {1, 2, 3, 4, 5}, new int[0], new int[] {6}, new int[] {1, 2}), 2))
        .containsExactly(
            new int[] {1, 2}, new int[] {3, 4}, new int[] {5}, new int[] {6}, new int[] {1, 2});
  }

  @Test
  void anIgnorantModelPaysForEveryTokenTheSame() {
    Perplexity.Score score =
        new Perplexity(new HistoryEngine(2, 0), BOS)
            .score(List.of(new int[] {1, 2, 3}, new int[] {4}, new int[] {5, 6}));
    assertThat(score.tokens()).isEqualTo(6);
    assertThat(score.natsPerToken()).isCloseTo(Math.log(VOCABULARY), within(1e-6));
    assertThat(score.bitsPerByte(12))
        .isCloseTo(Math.log(VOCABULARY) / Math.log(2) / 2, within(1e-6));
  }

  /** Each token from BOS and its own window only, whatever runs beside it. */
  @Test
  void predictsEachTokenOnceFromItsOwnWindow() {
    Seeds.forRandom(
        TestSize.tries(200, 20_000),
        random -> {
          List<int[]> windows = new ArrayList<>();
          for (int i = random.nextInt(1, 12); i > 0; i--) {
            windows.add(random.ints(random.nextInt(1, 9), 0, VOCABULARY).toArray());
          }
          double expected = 0;
          long tokens = 0;
          for (int[] window : windows) {
            long history = HistoryEngine.append(0, BOS);
            for (int token : window) {
              double[] logits = HistoryEngine.logits(history, 3);
              expected += ReferenceForward.logSumExp(logits) - logits[token];
              history = HistoryEngine.append(history, token);
              tokens++;
            }
          }
          Engine engine = new HistoryEngine(random.nextInt(1, 6), 3);
          Perplexity.Score score = new Perplexity(engine, BOS).score(windows);
          assertThat(score.tokens()).isEqualTo(tokens);
          assertThat(score.nats()).isCloseTo(expected, within(1e-4));
        });
  }

  @Test
  void aBrokenEngineIsNoFigure() {
    Perplexity perplexity = new Perplexity(new HistoryEngine(1, Double.NaN), BOS);
    assertThatThrownBy(() -> perplexity.score(List.of(new int[] {3})))
        .isInstanceOf(EngineFault.Fatal.class)
        .hasMessageContaining("log probability of token 3: NaN");
  }

  /** Logits that are a hash of everything in the slot, of a given spread. */
  private static final class HistoryEngine implements Engine, StepResult {
    private final EngineShape shape;
    private final double spread;
    private final long[] history;
    private final double[][] rows;

    HistoryEngine(int slots, double spread) {
      this.shape = new EngineShape(VOCABULARY, slots, 8, 64, 64, 1, 1, 2, "f32");
      this.spread = spread;
      this.history = new long[slots];
      this.rows = new double[slots][];
    }

    static long append(long history, int token) {
      return (history * 31 + token + 1) * 0x9E3779B97F4A7C15L;
    }

    static double[] logits(long history, double spread) {
      double[] logits = new double[VOCABULARY];
      for (int i = 0; i < VOCABULARY; i++) {
        logits[i] = (append(history, i) >>> 40) / (double) (1 << 24) * spread;
      }
      return logits;
    }

    @Override
    public EngineShape shape() {
      return shape;
    }

    @Override
    public StepResult execute(StepPlan plan) {
      for (int row = 0; row < plan.rows(); row++) {
        int slot = plan.slot(row);
        assertThat(plan.logits(row)).isEqualTo(LogitsMode.FULL);
        assertThat(plan.queryLength(row)).isEqualTo(1);
        assertThat(plan.kvLength(row)).isLessThan(shape.slotLength());
        long before = plan.kvLength(row) == 0 ? 0 : history[slot];
        history[slot] = append(before, plan.token(plan.offset(row)));
        rows[row] = logits(history[slot], spread);
      }
      return this;
    }

    @Override
    public float logSumExp(int row) {
      return (float) ReferenceForward.logSumExp(rows[row]);
    }

    @Override
    public void logits(int row, float[] into) {
      for (int i = 0; i < VOCABULARY; i++) {
        into[i] = (float) rows[row][i];
      }
    }

    @Override
    public int candidates(int row) {
      return 0;
    }

    @Override
    public int candidateId(int row, int rank) {
      throw new IndexOutOfBoundsException(rank);
    }

    @Override
    public float candidateLogit(int row, int rank) {
      throw new IndexOutOfBoundsException(rank);
    }

    @Override
    public void copyKv(int fromSlot, int toSlot, int tokens) {
      history[toSlot] = history[fromSlot];
    }

    @Override
    public long kvBytesPerToken() {
      return Long.BYTES;
    }

    @Override
    public void readKv(int slot, int fromToken, int tokens, ByteBuffer block) {
      block.putLong(history[slot]);
    }

    @Override
    public void writeKv(int slot, int fromToken, int tokens, ByteBuffer block) {
      history[slot] = block.getLong();
    }

    @Override
    public void close() {}
  }
}
