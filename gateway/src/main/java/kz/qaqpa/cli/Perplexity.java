package kz.qaqpa.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.EngineShape;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.StepPlanBuilder;
import kz.qaqpa.engine.StepResult;
import org.jspecify.annotations.Nullable;

/**
 * How surprised a model is by a text: the negative logarithm of the probability that it gives to
 * each token, summed.
 *
 * <p>The text is cut into windows that do not overlap. Each begins with BOS in an empty slot, so
 * that every token of the text is predicted exactly once, from the tokens of its own window only.
 * Windows advance side by side, one token a step, as many as the engine has slots.
 *
 * <p>Confined to one thread, which becomes the engine's caller.
 */
final class Perplexity {
  private final Engine engine;
  private final int bos;
  private final StepPlanBuilder plan;
  private final float[] logits;
  private final @Nullable Row[] rows;

  Perplexity(Engine engine, int bos) {
    EngineShape shape = engine.shape();
    this.engine = engine;
    this.bos = bos;
    this.plan = new StepPlanBuilder(shape);
    this.logits = new float[shape.vocabulary()];
    this.rows = new Row[Math.min(shape.slots(), shape.maxStepTokens())];
  }

  /**
   * The sum over a text.
   *
   * @param tokens that were predicted
   * @param nats minus the sum of their log probabilities
   */
  record Score(long tokens, double nats) {
    double natsPerToken() {
      return nats / tokens;
    }

    double bitsPerByte(long bytes) {
      return nats / Math.log(2) / bytes;
    }
  }

  /** A window in a slot: {@code next} is the token to be predicted next. */
  private static final class Row {
    final int[] window;
    int next;

    Row(int[] window) {
      this.window = window;
    }
  }

  /** Cuts documents into windows of at most {@code length} tokens; leaves out empty ones. */
  static List<int[]> windows(List<int[]> documents, int length) {
    List<int[]> windows = new ArrayList<>();
    for (int[] document : documents) {
      for (int from = 0; from < document.length; from += length) {
        windows.add(Arrays.copyOfRange(document, from, Math.min(document.length, from + length)));
      }
    }
    return windows;
  }

  /**
   * Scores windows.
   *
   * @param windows each at least one token and at most the engine's slot length
   * @throws EngineFault.Fatal if a logit is no number: a sum would hide which
   */
  Score score(List<int[]> windows) {
    long tokens = 0;
    double nats = 0;
    int started = 0;
    while (true) {
      plan.clear();
      for (int slot = 0; slot < rows.length; slot++) {
        Row row = rows[slot];
        if (row == null && started < windows.size()) {
          row = new Row(windows.get(started++));
          rows[slot] = row;
        }
        if (row != null) {
          addToPlan(slot, row);
        }
      }
      if (plan.plan().rows() == 0) {
        return new Score(tokens, nats);
      }
      tokens += plan.plan().rows();
      nats += step();
    }
  }

  private void addToPlan(int slot, Row row) {
    plan.row(slot, row.next, LogitsMode.FULL);
    plan.token(row.next == 0 ? bos : row.window[row.next - 1]);
  }

  private double step() {
    StepResult result = engine.execute(plan.plan());
    double nats = 0;
    for (int i = 0; i < plan.plan().rows(); i++) {
      int slot = plan.plan().slot(i);
      Row row = Objects.requireNonNull(rows[slot]);
      result.logits(i, logits);
      int token = row.window[row.next++];
      double surprise = result.logSumExp(i) - logits[token];
      if (!Double.isFinite(surprise)) {
        throw new EngineFault.Fatal(
            "log probability of token " + token + ": " + -surprise + " (expected: a number)", null);
      }
      nats += surprise;
      if (row.next == row.window.length) {
        rows[slot] = null;
      }
    }
    return nats;
  }
}
